"""Generated product pictures: an object in front of a backdrop, in a known box.

The same arguments give the same pixels.
"""

from __future__ import annotations

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

Box = tuple[int, int, int, int]
Rgb = tuple[int, int, int]

WHITE: Rgb = (255, 255, 255)
BLUE: Rgb = (40, 70, 150)
SIZE = (1200, 900)
BOX: Box = (420, 250, 800, 700)


def packshot(
    size: tuple[int, int] = SIZE,
    box: Box = BOX,
    *,
    backdrop: Rgb = WHITE,
    thing: Rgb = BLUE,
) -> Image.Image:
    """Return a rounded object that touches all four sides of `box`."""
    image = Image.new("RGB", size, backdrop)
    left, top, right, bottom = box
    radius = min(right - left, bottom - top) // 4
    ImageDraw.Draw(image).rounded_rectangle((left, top, right - 1, bottom - 1), radius, thing)
    return image


def with_noise(image: Image.Image, deviation: float, seed: int = 1) -> Image.Image:
    """Add the noise of a sensor."""
    random = np.random.default_rng(seed)
    pixels = np.asarray(image, dtype=np.float64)
    return _image(pixels + random.normal(0, deviation, pixels.shape))


def with_gradient(image: Image.Image, levels: float) -> Image.Image:
    """Darken from the top to the bottom, by that many levels at the bottom."""
    pixels = np.asarray(image, dtype=np.float64)
    return _image(pixels - np.linspace(0, levels, image.height)[:, None, None])


def with_vignette(image: Image.Image, levels: float) -> Image.Image:
    """Darken towards the corners, by that many levels there."""
    pixels = np.asarray(image, dtype=np.float64)
    rows, columns = np.mgrid[-1 : 1 : image.height * 1j, -1 : 1 : image.width * 1j]
    return _image(pixels - levels * ((rows**2 + columns**2) / 2)[..., None])


def with_shadow(
    size: tuple[int, int] = SIZE, box: Box = BOX, *, softness: int = 40, levels: int = 90
) -> Image.Image:
    """Return an object with a soft shadow below it and to its right."""
    left, top, right, bottom = box
    dark = Image.new("L", size)
    shift = softness // 2
    ImageDraw.Draw(dark).ellipse((left + shift, bottom - shift, right + shift, bottom + shift), 255)
    dark = dark.filter(ImageFilter.GaussianBlur(softness / 2))
    pixels = 255 - np.asarray(dark, dtype=np.float64)[..., None] * levels / 255
    shaded = _image(np.repeat(pixels, 3, axis=2))
    thing = packshot(size, box)
    mask = Image.new("L", size)
    radius = min(right - left, bottom - top) // 4
    ImageDraw.Draw(mask).rounded_rectangle((left, top, right - 1, bottom - 1), radius, 255)
    shaded.paste(thing, mask=mask)
    return shaded


def cut_out(
    size: tuple[int, int] = SIZE, box: Box = BOX, *, around: int = 0, thing: Rgb = BLUE
) -> Image.Image:
    """Return an object without a backdrop: RGBA, with the alpha value `around` beside it."""
    image = packshot(size, box, thing=thing).convert("RGBA")
    alpha = Image.new("L", size, around)
    left, top, right, bottom = box
    radius = min(right - left, bottom - top) // 4
    ImageDraw.Draw(alpha).rounded_rectangle((left, top, right - 1, bottom - 1), radius, 255)
    image.putalpha(alpha)
    return image


def _image(pixels: np.ndarray) -> Image.Image:
    return Image.fromarray(np.clip(pixels + 0.5, 0, 255).astype(np.uint8))
