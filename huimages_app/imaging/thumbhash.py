"""ThumbHash: a placeholder of about 25 bytes, a port of Evan Wallace's reference (MIT).

https://github.com/evanw/thumbhash; `static/vendor/thumbhash` has the decoder.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Sequence
from typing import Final, NamedTuple

from PIL import Image

# Of the longer side; more pixels change nothing that can be seen.
MAX_SIDE: Final = 32


class _Channel(NamedTuple):
    """The terms of a discrete cosine transform: the constant one, the others from 0 to 1."""

    dc: float
    ac: Sequence[float]
    scale: float


def sample_size(width: int, height: int) -> tuple[int, int]:
    """Return the size to which a picture is scaled down before it is encoded."""
    factor = min(1.0, MAX_SIDE / max(width, height))
    return max(1, round(width * factor)), max(1, round(height * factor))


def thumbhash(image: Image.Image) -> bytes:
    """Return the ThumbHash of a small upright picture in sRGB (RGB or RGBA): at most 25 bytes."""
    width, height = image.size
    red, green, blue, alpha = (
        [value / 255 for value in band.tobytes()] for band in image.convert("RGBA").split()
    )
    has_alpha = min(alpha) < 1
    red, green, blue = (_on_average(band, alpha) for band in (red, green, blue))
    colours = list(zip(red, green, blue, strict=True))

    def encoded(values: Sequence[float], across: int, down: int) -> _Channel:
        return _encoded(values, width, height, (across, down))

    limit = 5 if has_alpha else 7
    columns, rows = (max(1, _round(limit * side / max(image.size))) for side in image.size)
    light = encoded([(r + g + b) / 3 for r, g, b in colours], max(3, columns), max(3, rows))
    yellow = encoded([(r + g) / 2 - b for r, g, b in colours], 3, 3)
    reddish = encoded([r - g for r, g, _ in colours], 3, 3)
    channels = [light, yellow, reddish]
    is_landscape = width > height
    head = (
        _round(63 * light.dc)
        | _round(31.5 + 31.5 * yellow.dc) << 6
        | _round(31.5 + 31.5 * reddish.dc) << 12
        | _round(31 * light.scale) << 18
        | has_alpha << 23
        | (rows if is_landscape else columns) << 24
        | _round(63 * yellow.scale) << 27
        | _round(63 * reddish.scale) << 33
        | is_landscape << 39
    )
    content = head.to_bytes(5, "little")
    if has_alpha:
        opacity = encoded(alpha, 5, 5)
        channels.append(opacity)
        content += bytes([_round(15 * opacity.dc) | _round(15 * opacity.scale) << 4])
    halves = [_round(15 * term) for channel in channels for term in channel.ac]
    halves += [0] * (len(halves) % 2)
    return content + bytes(
        low | high << 4 for low, high in zip(halves[::2], halves[1::2], strict=True)
    )


def _on_average(band: Sequence[float], alpha: Sequence[float]) -> list[float]:
    """Return a band composited on its average."""
    total = sum(alpha)
    average = sum(v * a for v, a in zip(band, alpha, strict=True)) / total if total else 0.0
    return [average * (1 - a) + v * a for v, a in zip(band, alpha, strict=True)]


def _encoded(values: Sequence[float], width: int, height: int, terms: tuple[int, int]) -> _Channel:
    across, down = terms
    lines = [values[start : start + width] for start in range(0, width * height, width)]
    waves = [_wave(width, term) for term in range(across)]
    found = []
    for row in range(down):
        wave = _wave(height, row)
        # First down each column, then across: far fewer multiplications than both at once.
        columns = [_product(column, wave) for column in zip(*lines, strict=True)]
        # Rounded: the last digits depend on the order in which numbers are added.
        found += [
            round(_product(columns, waves[term]) / (width * height), 9)
            for term in range(across)
            if term * down < across * (down - row)
        ]
    dc, *ac = found
    scale = max(map(abs, ac))
    return _Channel(dc, [0.5 + 0.5 / scale * term for term in ac] if scale else ac, scale)


def _product(left: Sequence[float], right: Sequence[float]) -> float:
    return math.fsum(map(operator.mul, left, right))


def _wave(length: int, term: int) -> list[float]:
    return [math.cos(math.pi / length * term * (i + 0.5)) for i in range(length)]


def _round(value: float) -> int:
    # As in JavaScript: halves go up.
    return math.floor(value + 0.5)
