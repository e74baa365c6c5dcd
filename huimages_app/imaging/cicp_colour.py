"""Colours that are given by numbers (CICP, ITU-T H.273) instead of an ICC profile.

AVIF and HEIC carry them in `nclx`, PNG in `cICP`.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Callable
from typing import Any, Final

from PIL import Image, ImageMath

from .header_limits import Cicp
from .strips import by_strips

Matrix = tuple[tuple[float, float, float], ...]

# Light of this many cd/m2 is the white of sRGB (ITU-R BT.2408); what is brighter is clipped.
_SDR_WHITE: Final = 203.0
# Peak of the screen that HLG is shown on, and its system gamma (ITU-R BT.2100).
_HLG_PEAK: Final = 1000.0
_HLG_GAMMA: Final = 1.2

_SRGB_PRIMARIES: Final = 1
_XYZ, _UNSPECIFIED = 10, 2
_PQ, _HLG = 16, 18
_D65: Final = (0.3127, 0.3290)
_C: Final = (0.310, 0.316)
# Coordinates (x, y) of red, green, blue and white.
_PRIMARIES: Final = {
    1: ((0.640, 0.330), (0.300, 0.600), (0.150, 0.060), _D65),
    4: ((0.67, 0.33), (0.21, 0.71), (0.14, 0.08), _C),
    5: ((0.64, 0.33), (0.29, 0.60), (0.15, 0.06), _D65),
    6: ((0.630, 0.340), (0.310, 0.595), (0.155, 0.070), _D65),
    7: ((0.630, 0.340), (0.310, 0.595), (0.155, 0.070), _D65),
    8: ((0.681, 0.319), (0.243, 0.692), (0.145, 0.049), _C),
    9: ((0.708, 0.292), (0.170, 0.797), (0.131, 0.046), _D65),
    11: ((0.680, 0.320), (0.265, 0.690), (0.150, 0.060), (0.314, 0.351)),
    12: ((0.680, 0.320), (0.265, 0.690), (0.150, 0.060), _D65),
    22: ((0.630, 0.340), (0.295, 0.605), (0.155, 0.077), _D65),
}
_BRADFORD: Final = ((0.8951, 0.2664, -0.1614), (-0.7502, 1.7135, 0.0367), (0.0389, -0.0685, 1.0296))


def _srgb(tone: float) -> float:
    return tone / 12.92 if tone <= 0.04045 else math.pow((tone + 0.055) / 1.055, 2.4)


def _pq(tone: float) -> float:
    """Return light in units of the white of sRGB (SMPTE ST 2084)."""
    power = math.pow(tone, 32 / 2523)
    light = max(power - 0.8359375, 0) / (18.8515625 - 18.6875 * power)
    return 10_000 / _SDR_WHITE * math.pow(light, 8192 / 1305)


def _hlg(tone: float) -> float:
    """Return the light of the scene, 0 to 1 (ITU-R BT.2100)."""
    if tone <= 0.5:
        return tone * tone / 3
    return (math.exp((tone - 0.55991073) / 0.17883277) + 0.28466892) / 12


# Curves from tones to light.  Those of television (1, 6, 14, 15) are treated as that of sRGB, as
# in browsers: still pictures that state them were made from sRGB.
_CURVES: Final[dict[int, Callable[[float], float]]] = {
    4: lambda tone: tone**2.2,
    5: lambda tone: tone**2.8,
    8: lambda tone: tone,
    _PQ: _pq,
    17: lambda tone: tone**2.6 * 52.37 / 48,
    _HLG: _hlg,
}
_LIKE_SRGB: Final = {1, _UNSPECIFIED, 6, 7, 11, 12, 13, 14, 15}
# Light in 4096 steps to tones of sRGB: enough for a step of 8 bits but in the darkest part,
# so the square root of the light is used as the index.
_STEPS: Final = 4095


def _tone(light: float) -> float:
    return light * 12.92 if light <= 0.0031308 else 1.055 * light ** (1 / 2.4) - 0.055


# The index is the square root of the light.
_TONES: Final = [round(255 * _tone((step / _STEPS) ** 2)) for step in range(_STEPS + 1)] + [255] * (
    65535 - _STEPS
)


def is_supported(cicp: Cicp) -> bool:
    """Return whether the numbers specify colours that can be converted."""
    if cicp == Cicp(_UNSPECIFIED, _UNSPECIFIED):
        return False
    known = cicp.primaries in _PRIMARIES or cicp.primaries == _UNSPECIFIED
    return known and (cicp.transfer in _CURVES or cicp.transfer in _LIKE_SRGB)


def to_srgb(image: Image.Image, cicp: Cicp) -> Image.Image:
    """Return an L, RGB or RGBA picture with such colours in sRGB; RGB or RGBA."""
    same_primaries = cicp.primaries in (_SRGB_PRIMARIES, _UNSPECIFIED)
    if same_primaries and cicp.transfer in _LIKE_SRGB:
        return image.convert("RGB") if image.mode == "L" else image
    alpha = image.getchannel("A") if image.mode == "RGBA" else None
    converted = by_strips(image.convert("RGB"), lambda strip: _converted(strip, cicp))
    if alpha is not None:
        converted.putalpha(alpha)
    return converted


def _converted(image: Image.Image, cicp: Cicp) -> Image.Image:
    curve = _curve(cicp.transfer)
    light = [band.point(curve, "F") for band in image.split()]
    if cicp.transfer == _HLG:
        light = _hlg_on_screen(light)
    return Image.merge("RGB", [_mixed(light, row) for row in _matrix(cicp.primaries)])


def _hlg_on_screen(light: list[Image.Image]) -> list[Image.Image]:
    """Return the light of a screen in units of the white of sRGB, from that of the scene."""
    red, green, blue = light

    def scaled(values: dict[str, Any]) -> Any:
        luma = values["r"] * 0.2627 + values["g"] * 0.6780 + values["b"] * 0.0593
        return values["max"](luma, 1e-6) ** (_HLG_GAMMA - 1) * (_HLG_PEAK / _SDR_WHITE)

    factor = ImageMath.lambda_eval(scaled, r=red, g=green, b=blue)
    return [
        ImageMath.lambda_eval(
            lambda values: values["light"] * values["factor"], light=band, factor=factor
        )
        for band in light
    ]


def _mixed(light: list[Image.Image], row: tuple[float, float, float]) -> Image.Image:
    """Return one channel of sRGB, 8 bits."""

    def index(values: dict[str, Any]) -> Any:
        mixed = values["r"] * row[0] + values["g"] * row[1] + values["b"] * row[2]
        clipped = values["min"](values["max"](mixed, 0.0), 1.0)
        return values["convert"](clipped**0.5 * _STEPS + 0.5, "I")

    red, green, blue = light
    indexes: Image.Image = ImageMath.lambda_eval(index, r=red, g=green, b=blue)
    return indexes.point(_TONES, "L")


@functools.cache
def _curve(transfer: int) -> list[float]:
    curve = _CURVES.get(transfer, _srgb)
    return [curve(tone / 255) for tone in range(256)]


@functools.cache
def _matrix(primaries: int) -> Matrix:
    """Return the matrix from linear light in these primaries to that in sRGB's."""
    if primaries == _UNSPECIFIED:
        primaries = _SRGB_PRIMARIES
    to_xyz = _product(_adaptation(_PRIMARIES[primaries][3]), _to_xyz(primaries))
    return _product(_inverse(_to_xyz(_SRGB_PRIMARIES)), to_xyz)


def _to_xyz(primaries: int) -> Matrix:
    *corners, white = (_xyz(point) for point in _PRIMARIES[primaries])
    columns = tuple(zip(*corners, strict=True))
    sums = _applied(_inverse(columns), white)
    return tuple((row[0] * sums[0], row[1] * sums[1], row[2] * sums[2]) for row in columns)


def _adaptation(white: tuple[float, float]) -> Matrix:
    """Return Bradford's adaptation of a white point to D65."""
    source, target = _applied(_BRADFORD, _xyz(white)), _applied(_BRADFORD, _xyz(_D65))
    scale = tuple(
        tuple(target[i] / source[i] if i == j else 0.0 for j in range(3)) for i in range(3)
    )
    return _product(_inverse(_BRADFORD), _product(scale, _BRADFORD))  # type: ignore[arg-type]


def _xyz(point: tuple[float, float]) -> tuple[float, float, float]:
    return point[0] / point[1], 1.0, (1 - point[0] - point[1]) / point[1]


def _applied(matrix: Matrix, vector: tuple[float, float, float]) -> tuple[float, float, float]:
    red, green, blue = (sum(a * b for a, b in zip(row, vector, strict=True)) for row in matrix)
    return red, green, blue


def _product(left: Matrix, right: Matrix) -> Matrix:
    columns = [_applied(left, column) for column in zip(*right, strict=True)]
    return tuple(zip(*columns, strict=True))


def _inverse(matrix: Matrix) -> Matrix:
    (a, b, c), (d, e, f), (g, h, i) = matrix
    determinant = a * (e * i - f * h) - b * (d * i - f * g) + c * (d * h - e * g)
    rows = (
        (e * i - f * h, c * h - b * i, b * f - c * e),
        (f * g - d * i, a * i - c * g, c * d - a * f),
        (d * h - e * g, b * g - a * h, a * e - b * d),
    )
    return tuple((x / determinant, y / determinant, z / determinant) for x, y, z in rows)
