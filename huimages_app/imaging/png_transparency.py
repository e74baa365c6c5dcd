"""The transparent colour of a PNG, where samples have 2, 4 or 16 bits."""

from __future__ import annotations

from typing import BinaryIO

from PIL import Image, ImageChops
from PIL.PngImagePlugin import PngImageFile

from .header_limits import Header


def with_transparency(image: Image.Image, header: Header, file: BinaryIO) -> Image.Image:
    """Return a decoded PNG with an alpha channel where it has the transparent colour.

    `file` is what it was decoded from.  All bits of a sample are compared: of 16 bits,
    Pillow keeps the upper 8.
    """
    samples = header.transparent
    if image.mode == "L":  # 2 or 4 bits, scaled to 8
        step = 255 // (2**header.sample_bits - 1)
        alpha = image.point([0 if tone == samples[0] * step else 255 for tone in range(256)])
        shown = image.convert("RGB")
    elif image.mode.startswith("I"):
        tones = image.convert("I")
        alpha = tones.point([0 if tone == samples[0] else 255 for tone in range(65536)], "L")
        shown = tones.point([(tone * 255 + 32767) // 65535 for tone in range(65536)], "L")
        shown = shown.convert("RGB")
    else:
        alpha = _differs(image, [sample >> 8 for sample in samples])
        lower = _lower_bytes(file)
        alpha = ImageChops.lighter(alpha, _differs(lower, [sample & 255 for sample in samples]))
        shown = image.convert("RGB")
    shown.info = {key: image.info[key] for key in image.info if key != "transparency"}
    shown.putalpha(alpha)
    return shown


def _differs(image: Image.Image, samples: list[int]) -> Image.Image:
    """Return 255 where any channel differs from its sample, 0 elsewhere."""
    masks = [
        band.point([0 if tone == sample else 255 for tone in range(256)])
        for band, sample in zip(image.split(), samples, strict=True)
    ]
    return ImageChops.lighter(ImageChops.lighter(masks[0], masks[1]), masks[2])


def _lower_bytes(file: BinaryIO) -> Image.Image:
    """Decode an RGB picture of 16 bits once more, for the lower byte of each sample."""
    file.seek(0)
    image = PngImageFile(file)
    # Samples are big-endian; read as little-endian, their lower byte counts as the upper.
    image.tile = [tile._replace(args="RGB;16L") for tile in image.tile]
    image.load()
    return image
