"""An exact reference scaler, and measures of the similarity of two pictures."""

from __future__ import annotations

import numpy as np
from PIL import Image

from huimages_app.domain.geometry import Placement


def lanczos(image: Image.Image, placement: Placement) -> np.ndarray:
    """Return the rendition of an upright RGB or L picture, in floating point, by the definition."""
    left, top, right, bottom = placement.crop
    pixels = np.atleast_3d(np.asarray(image, dtype=np.float64))
    rows = _scaled(pixels, top, bottom, placement.height)
    scaled = _scaled(rows.transpose(1, 0, 2), left, right, placement.width)
    return np.clip(scaled.transpose(1, 0, 2), 0, 255)


def _scaled(pixels: np.ndarray, start: float, end: float, target: int) -> np.ndarray:
    """Scale the part from `start` to `end` of the first axis to `target` pixels."""
    scale = (end - start) / target
    stretch = max(scale, 1)
    scaled = np.empty((target, *pixels.shape[1:]))
    for i in range(target):
        centre = start + (i + 0.5) * scale
        # The kernel is 0 beyond three lobes: most pixels need no product.
        first = max(0, int(centre - 3 * stretch) - 1)
        last = min(len(pixels), int(centre + 3 * stretch) + 2)
        distance = (np.arange(first, last) + 0.5 - centre) / stretch
        weights = np.where(np.abs(distance) < 3, np.sinc(distance) * np.sinc(distance / 3), 0)
        scaled[i] = np.tensordot(weights / weights.sum(), pixels[first:last], axes=1)
    return scaled


def luma(pixels: np.ndarray | Image.Image) -> np.ndarray:
    """Return the luma (ITU-R BT.601) of each pixel, 0 to 255."""
    pixels = np.atleast_3d(np.asarray(pixels, dtype=np.float64))
    return pixels[..., :3] @ [0.299, 0.587, 0.114] if pixels.shape[2] >= 3 else pixels[..., 0]


def ssim(one: np.ndarray | Image.Image, other: np.ndarray | Image.Image) -> float:
    """Return the structural similarity of two pictures in luma (Wang et al. 2004); 1 if equal."""
    a, b = luma(one), luma(other)
    assert a.shape == b.shape
    mean_a, mean_b = _blurred(a), _blurred(b)
    variance_a = _blurred(a * a) - mean_a**2
    variance_b = _blurred(b * b) - mean_b**2
    covariance = _blurred(a * b) - mean_a * mean_b
    c1, c2 = (0.01 * 255) ** 2, (0.03 * 255) ** 2
    likeness = (2 * mean_a * mean_b + c1) * (2 * covariance + c2)
    return float((likeness / (mean_a**2 + mean_b**2 + c1) / (variance_a + variance_b + c2)).mean())


def _blurred(values: np.ndarray) -> np.ndarray:
    """Blur by a Gaussian of deviation 1.5 over up to 11 pixels; edges are mirrored."""
    for axis in (0, 1):
        reach = min(5, values.shape[axis] - 1)
        kernel = np.exp(-(np.arange(-reach, reach + 1) ** 2) / 4.5)
        margins = [(0, 0), (0, 0)]
        margins[axis] = (reach, reach)
        padded = np.moveaxis(np.pad(values, margins, mode="reflect"), axis, 0)
        length = values.shape[axis]
        shifted = (weight * padded[i : i + length] for i, weight in enumerate(kernel))
        values = np.moveaxis(sum(shifted) / kernel.sum(), 0, axis)
    return values


def difference(one: np.ndarray | Image.Image, other: np.ndarray | Image.Image) -> float:
    """Return the mean absolute difference of two pictures, in levels of 0 to 255."""
    return float(
        np.abs(np.asarray(one, dtype=np.float64) - np.asarray(other, dtype=np.float64)).mean()
    )
