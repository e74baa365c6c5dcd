"""ICC profiles built from the published numbers of their colour spaces.

Adobe RGB (1998) and Display P3 have the coordinates of their specifications.  The others are
invented, with effects that are easy to predict.
"""

from __future__ import annotations

import itertools
import struct

import numpy as np

D50 = np.array([0.9642, 1.0, 0.8249])
D65 = np.array([0.95047, 1.0, 1.08883])
_BRADFORD = np.array(
    [[0.8951, 0.2664, -0.1614], [-0.7502, 1.7135, 0.0367], [0.0389, -0.0685, 1.0296]]
)

# Coordinates (x, y) of red, green and blue.
SRGB = ((0.64, 0.33), (0.30, 0.60), (0.15, 0.06))
ADOBE_RGB = ((0.64, 0.33), (0.21, 0.71), (0.15, 0.06))
DISPLAY_P3 = ((0.680, 0.320), (0.265, 0.690), (0.150, 0.060))
ADOBE_GAMMA = 563 / 256


def to_xyz(primaries: tuple[tuple[float, float], ...]) -> np.ndarray:
    """Return the matrix from linear RGB to XYZ, with a white point of D65."""
    columns = np.array([[x / y, 1, (1 - x - y) / y] for x, y in primaries]).T
    return columns * np.linalg.solve(columns, D65)


def rgb(primaries: tuple[tuple[float, float], ...], gamma: float | None = None) -> bytes:
    """Return the profile of an RGB space; without a gamma it has the tone curve of sRGB."""
    adaptation = (
        np.linalg.inv(_BRADFORD) @ np.diag((_BRADFORD @ D50) / (_BRADFORD @ D65)) @ _BRADFORD
    )
    matrix = adaptation @ to_xyz(primaries)
    tags = {b"rXYZ": _xyz(matrix[:, 0]), b"gXYZ": _xyz(matrix[:, 1]), b"bXYZ": _xyz(matrix[:, 2])}
    tags |= dict.fromkeys([b"rTRC", b"gTRC", b"bTRC"], _curve(gamma))
    return _profile(b"mntr", b"RGB ", b"XYZ ", tags)


def grey(gamma: float) -> bytes:
    """Return the profile of a grey scale."""
    return _profile(b"mntr", b"GRAY", b"XYZ ", {b"kTRC": _curve(gamma)})


# The colour in CIE Lab of full cyan, magenta, yellow and black ink on white paper.
INKS = {"cyan": (55, -37, -50), "magenta": (48, 74, -3), "yellow": (89, -5, 93), "black": (0, 0, 0)}


def cmyk() -> bytes:
    """Return the profile of a press with inks whose effects multiply."""
    colours = []
    for inks in itertools.product([0, 1], repeat=4):
        lightness, a, b = 100.0, 0.0, 0.0
        for ink, (ink_lightness, ink_a, ink_b) in zip(inks, INKS.values(), strict=True):
            if ink:
                lightness *= ink_lightness / 100
                a, b = a + ink_a, b + ink_b
        if inks[3]:
            a = b = 0
        colours += [
            round(lightness * 2.55),
            int(np.clip(round(a + 128), 0, 255)),
            int(np.clip(round(b + 128), 0, 255)),
        ]
    straight = bytes(range(256))
    table = b"mft1\0\0\0\0" + bytes([4, 3, 2, 0])
    table += struct.pack(">9l", *(65536 * (i % 4 == 0) for i in range(9)))
    table += straight * 4 + bytes(colours) + straight * 3
    return _profile(b"prtr", b"CMYK", b"Lab ", {b"A2B0": table})


def _xyz(values: np.ndarray) -> bytes:
    return b"XYZ \0\0\0\0" + struct.pack(">3l", *(round(value * 65536) for value in values))


def _curve(gamma: float | None) -> bytes:
    if gamma is not None:
        return b"curv\0\0\0\0" + struct.pack(">LH", 1, round(gamma * 256))
    tones = np.linspace(0, 1, 1024)
    linear = np.where(tones <= 0.04045, tones / 12.92, ((tones + 0.055) / 1.055) ** 2.4)
    return b"curv\0\0\0\0" + struct.pack(">L1024H", 1024, *np.rint(linear * 65535).astype(int))


def _profile(kind: bytes, space: bytes, connection: bytes, tags: dict[bytes, bytes]) -> bytes:
    text = b"desc\0\0\0\0" + struct.pack(">L", 5) + b"test\0" + bytes(78)
    tags = {b"desc": text, b"wtpt": _xyz(D50), **tags}
    directory, data = b"", b""
    start = 128 + 4 + 12 * len(tags)
    for name, content in tags.items():
        directory += name + struct.pack(">LL", start + len(data), len(content))
        data += content + bytes(-len(content) % 4)
    header = struct.pack(
        ">L4sL4s4s4s12s4s4s28s",
        *(start + len(data), b"test", 0x02400000, kind, space, connection),
        *(struct.pack(">6H", 2000, 1, 1, 0, 0, 0), b"acsp", b"", b""),
    )
    header += _xyz(D50)[8:]
    return header.ljust(128, b"\0") + struct.pack(">L", len(tags)) + directory + data
