"""The transparent colour of a PNG, where samples have 2, 4 or 16 bits."""

from __future__ import annotations

from collections.abc import Sequence
from typing import BinaryIO

from PIL import Image, ImageChops
from PIL.PngImagePlugin import PngImageFile

from .colour import TO_8_BITS
from .header_limits import Header
from .strips import by_strips


def with_transparency(image: Image.Image, header: Header, file: BinaryIO) -> Image.Image:
    """Return a decoded PNG with an alpha channel where it has the transparent colour.

    `file` is what it was decoded from.  All bits of a sample are compared: of 16 bits,
    Pillow keeps the upper 8.
    """
    samples = header.transparent
    if image.mode == "L":  # 2 or 4 bits, scaled to 8
        tone = samples[0] * 255 // (2**header.sample_bits - 1)
        return _with_alpha(image, _differs(image, (tone,)))
    if len(samples) == 1:
        alphas = _alphas(samples[0], 65536)
        return by_strips(image, lambda strip: _grey(strip, alphas))
    alpha = _differs(image, [sample >> 8 for sample in samples])
    lower = _differs(_lower_bytes(file), [sample & 255 for sample in samples])
    return _with_alpha(image, ImageChops.lighter(alpha, lower))


def _grey(strip: Image.Image, alphas: list[int]) -> Image.Image:
    """Return grey of 16 bits in 8, with the alpha of each tone."""
    tones = strip.convert("I")
    return _with_alpha(tones.point(TO_8_BITS, "L"), tones.point(alphas, "L"))


def _alphas(sample: int, tones: int) -> list[int]:
    return [255 * (tone != sample) for tone in range(tones)]


def _with_alpha(image: Image.Image, alpha: Image.Image) -> Image.Image:
    image = image.convert("RGB") if image.mode == "L" else image
    image.info.pop("transparency", None)
    image.putalpha(alpha)  # in place
    return image


def _differs(image: Image.Image, samples: Sequence[int]) -> Image.Image:
    """Return 255 where any channel differs from its sample, 0 elsewhere."""
    differs = Image.new("L", image.size)
    for channel, sample in enumerate(samples):
        mask = image.getchannel(channel).point(_alphas(sample, 256))
        differs = ImageChops.lighter(differs, mask)
    return differs


def _lower_bytes(file: BinaryIO) -> Image.Image:
    """Decode an RGB picture of 16 bits once more, for the lower byte of each sample."""
    file.seek(0)
    image = PngImageFile(file)
    # Samples are big-endian; read as little-endian, their lower byte counts as the upper.
    image.tile = [tile._replace(args="RGB;16L") for tile in image.tile]
    image.load()
    return image
