"""A decoded picture, as the steps of the pipeline pass it on."""

from __future__ import annotations

from dataclasses import dataclass

from PIL import Image

from .colour import Colours


@dataclass(frozen=True, slots=True)
class Picture:
    """A decoded picture, as it is stored: not upright.

    `full` is the upright size that placements are given in, `factors` are the pixels of
    `image` for one of them, along the stored axes.
    """

    image: Image.Image
    full: tuple[int, int]
    factors: tuple[float, float]
    orientation: int
    colours: Colours
