"""Generated landscapes for tests that take screenshots."""

from __future__ import annotations

import colorsys

import numpy as np
from PIL import Image

from .pictures import encoded

LAYERS = 5


def landscape(width: int, height: int, seed: int = 0) -> bytes:
    """Return a JPEG; the same arguments give the same bytes."""
    random = np.random.default_rng([seed, 7])
    hue = 0.05 + 0.618 * seed
    high, low, dark = (_colour(hue, *tone) for tone in ((0.55, 0.62), (0.35, 0.97), (0.6, 0.12)))
    warm = _colour(hue + 0.45, 0.4, 0.98)
    rows, columns = np.mgrid[0:height, 0:width].astype(np.float32)
    down = (rows / height)[..., None]
    picture = high * (1 - down) + warm * down
    picture += (low - picture) * np.clip(1.6 * down - 0.5, 0, 1)
    # The sun, and the light around it.
    x, y = width * random.uniform(0.15, 0.85), height * random.uniform(0.2, 0.45)
    distance = (np.hypot(columns - x, rows - y) / (0.06 * (width * height) ** 0.5))[..., None]
    picture += (255 - picture) * np.clip(0.7 / (0.4 + distance), 0, 0.75)
    picture += (250 - picture) * np.clip((1 - distance) * 12, 0, 1)
    across = np.linspace(0, 1, width, dtype=np.float32)
    for layer in range(LAYERS):
        near = (layer + 1) / LAYERS
        ridge = height * (0.42 + 0.5 * near**1.3) * np.ones(width, np.float32)
        for octave in range(6):
            swing = height * 0.075 * (0.6 + near) / 1.9**octave
            waves = (1.2 + random.random()) * 1.9**octave * width / height
            ridge += swing * np.sin(2 * np.pi * (waves * across + random.random()))
        colour = low + (dark - low) * near**0.8
        cover = np.clip(rows - ridge, 0, 1)[..., None]
        # Haze lies in the valleys.
        haze = np.clip((rows - ridge) / (0.35 * height), 0, 0.45)[..., None] * (1 - near)
        picture += (colour * (1 - haze) + low * haze - picture) * cover
    picture += random.normal(0, 1.5, (height, width, 1)).astype(np.float32)
    return encoded(Image.fromarray(np.clip(picture, 0, 255).astype(np.uint8)), "JPEG", quality=88)


def _colour(hue: float, saturation: float, value: float) -> np.ndarray:
    return np.array(colorsys.hsv_to_rgb(hue % 1, saturation, value), np.float32) * 255
