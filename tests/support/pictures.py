"""Generated pictures for tests: photo-like, rotated, damaged and hostile ones.

Most functions return the bytes of a file.  The same arguments give the same bytes.
"""

from __future__ import annotations

import functools
import io
import struct
import zlib

import numpy as np
import pillow_heif
from PIL import Image

pillow_heif.register_heif_opener()

ORIENTATION = 0x0112
CAMERA = 0x0110
GPS = 0x8825

# Blur of lens and sensor: standard deviation of a Gaussian, in pixels.
_LENS = 0.6


def pixels(width: int = 800, height: int = 600, seed: int = 0) -> Image.Image:
    """Return an RGB picture with the statistics of a photograph, for codecs and scalers.

    Amplitudes fall with the frequency, colours are correlated, objects have edges, and no
    detail is finer than the lens resolves.
    """
    return Image.fromarray(_pixels(width, height, seed).copy())


@functools.lru_cache(maxsize=16)
def _pixels(width: int, height: int, seed: int) -> np.ndarray:
    random = np.random.default_rng([seed, width, height])
    light = _cloud(random, width, height, 1.2)
    colours = [0.3 * _cloud(random, width, height, 1.6) for _ in range(3)]
    picture = np.stack([light + colour for colour in colours], axis=2)
    for _ in range(8):
        radius = (0.05 + 0.2 * random.random()) * min(width, height)
        x, y = random.random(2) * (width, height)
        shade = random.normal(0, 1, 3).astype(np.float32)
        top, bottom = max(0, int(y - radius)), min(height, int(y + radius) + 2)
        left, right = max(0, int(x - radius)), min(width, int(x + radius) + 2)
        part = np.s_[top:bottom, left:right]
        rows, columns = np.mgrid[part]
        # A disc of one shade, with an edge as soft as a lens makes it.
        disc = np.clip((radius - np.hypot(columns - x, rows - y)) / 2, 0, 1)[..., None]
        picture[part] = picture[part] * (1 - disc) + (shade + 0.4 * picture[part]) * disc
    return np.clip(128 + 50 * picture, 0, 255).astype(np.uint8)


def _cloud(random: np.random.Generator, width: int, height: int, power: float) -> np.ndarray:
    """Return noise with amplitudes that fall with a power of the frequency; mean 0, deviation 1."""
    spectrum = np.fft.rfft2(random.standard_normal((height, width), dtype=np.float32))
    frequency = np.hypot(np.fft.fftfreq(height)[:, None], np.fft.rfftfreq(width)[None, :])
    frequency[0, 0] = 1
    spectrum *= np.exp(-2 * (np.pi * _LENS * frequency) ** 2) / frequency**power
    spectrum[0, 0] = 0
    cloud = np.fft.irfft2(spectrum, s=(height, width)).astype(np.float32)
    return (cloud - cloud.mean()) / (cloud.std() or 1)


def encoded(image: Image.Image, format: str = "JPEG", **save: object) -> bytes:
    """Return the picture as a file written by Pillow."""
    file = io.BytesIO()
    image.save(file, format, **save)
    return file.getvalue()


def photo(
    width: int = 800,
    height: int = 600,
    seed: int = 0,
    format: str = "JPEG",
    **save: object,
) -> bytes:
    """Return a photo-like picture in a format of Pillow: JPEG, PNG, WEBP, … HEIF."""
    if format == "JPEG":
        save.setdefault("quality", 88)
    return encoded(pixels(width, height, seed), format, **save)


def exif(orientation: int = 1) -> bytes:
    """Return an EXIF block with an orientation, a camera model and a GPS position."""
    block = Image.Exif()
    block[ORIENTATION] = orientation
    block[CAMERA] = "Camera-Secret-4711"
    block.get_ifd(GPS).update({1: "N", 2: (51.0, 6.0, 32.0), 3: "E", 4: (7.0, 2.0, 11.0)})
    return block.tobytes()


_STORED_AS = {
    1: None,
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_90,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_270,
}


def rotated(
    orientation: int = 6,
    width: int = 800,
    height: int = 600,
    seed: int = 0,
    format: str = "JPEG",
    **save: object,
) -> bytes:
    """Return the photo of the same arguments, stored turned; upright it is `width` x `height`."""
    return turned(pixels(width, height, seed), orientation, format, **save)


def turned(image: Image.Image, orientation: int = 6, format: str = "JPEG", **save: object) -> bytes:
    """Return the picture stored turned, with the EXIF orientation that makes it upright."""
    method = _STORED_AS[orientation]
    stored = image if method is None else image.transpose(method)
    if format == "JPEG":
        save.setdefault("quality", 88)
    return encoded(stored, format, exif=exif(orientation), **save)


def cmyk(width: int = 800, height: int = 600, seed: int = 0, **save: object) -> bytes:
    """Return a CMYK JPEG with inverted values, as Adobe's programs write it."""
    return encoded(pixels(width, height, seed).convert("CMYK"), "JPEG", quality=88, **save)


def transparent(
    width: int = 400,
    height: int = 300,
    seed: int = 0,
    format: str = "PNG",
    **save: object,
) -> bytes:
    """Return a photo in a soft-edged ellipse, with transparent green around it."""
    rows, columns = np.mgrid[0:height, 0:width]
    distance = np.hypot((columns + 0.5) / width * 2 - 1, (rows + 0.5) / height * 2 - 1)
    alpha = Image.fromarray((np.clip((0.9 - distance) * 20, 0, 1) * 255).astype(np.uint8))
    image = Image.new("RGB", (width, height), (0, 255, 0))
    image.paste(pixels(width, height, seed), mask=alpha.point(lambda value: 255 * (value > 0)))
    image.putalpha(alpha)
    return encoded(image, format, **save)


def animation(frames: int = 3, width: int = 60, height: int = 40, format: str = "GIF") -> bytes:
    """Return an animation with a red first frame; the others are blue and cyan."""
    shades = [(255, 0, 0)] + [(0, 255 * (i % 2), 255) for i in range(frames - 1)]
    images = [Image.new("RGB", (width, height), shade) for shade in shades]
    return encoded(images[0], format, save_all=True, append_images=images[1:], duration=50)


def truncated(content: bytes | None = None, part: float = 0.5) -> bytes:
    """Return the beginning of a file, by default of a photo."""
    content = photo() if content is None else content
    return content[: int(len(content) * part)]


def bomb(width: int = 13_000, height: int = 13_000) -> bytes:
    """Return a PNG of a few kilobytes that unpacks to 169 million black pixels."""
    row = b"\0" * (1 + (width + 7) // 8)
    pressed = zlib.compressobj(9)
    data = b"".join([*(pressed.compress(row) for _ in range(height)), pressed.flush()])
    return png(
        (b"IHDR", struct.pack(">LLBBBBB", width, height, 1, 0, 0, 0, 0)),
        (b"IDAT", data),
    )


def png(*chunks: tuple[bytes, bytes]) -> bytes:
    """Return a PNG of these chunks, followed by IEND."""
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">L", len(data)) + name + data + struct.pack(">L", zlib.crc32(name + data))
        for name, data in (*chunks, (b"IEND", b""))
    )


SCRIPT = b"<html><script>alert(1)</script></html>"


def html_polyglot() -> bytes:
    """Return a valid JPEG with a script in its comment, which a browser that sniffs might run."""
    return photo(120, 80, comment=SCRIPT)


def svg() -> bytes:
    """Return an SVG, a format that is not accepted, with a script."""
    return (
        b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" width="9" height="9">'
        b"<script>alert(1)</script></svg>"
    )


def opened(content: bytes) -> Image.Image:
    """Decode a file."""
    image = Image.open(io.BytesIO(content))
    image.load()
    return image
