"""Make `huimages_app/imaging/press.icc` from measurements of a printing press.

    python tools/make_press_profile.py FOGRA39L.ti3 huimages_app/imaging/press.icc

The measurements are those of Fogra for coated paper by ISO 12647-2, in the file that the
Debian package `icc-profiles-free` (zlib licence) installs in /usr/share/color/icc.  See
docs/decisions/020-print-colours-without-a-profile.md.
"""

from __future__ import annotations

import itertools
import struct
import sys
from pathlib import Path

import numpy as np
from scipy.interpolate import RBFInterpolator

# Ink in percent at the nodes of the table: those of the measured patches, and between.
NODES = (0, 10, 20, 30, 40, 55, 70, 85, 100)
D50 = np.array([0.9642, 1.0, 0.8249])
COPYRIGHT = b"No copyright; characterisation data of Fogra (FOGRA39L), www.fogra.org"


def main(source: Path, target: Path) -> None:
    """Read the measurements, and write the profile."""
    inks, xyz = _measurements(source)
    lab = _lab(_relative(xyz, inks))
    grid = np.array(list(itertools.product(NODES, repeat=4)), dtype=float)
    model = RBFInterpolator(
        _spread(inks), lab, kernel="thin_plate_spline", smoothing=1e-4, neighbors=200
    )
    target.write_bytes(_profile(model(_spread(grid))))


def _measurements(source: Path) -> tuple[np.ndarray, np.ndarray]:
    """Return ink in percent, and XYZ with 100 for white, of each patch."""
    text = source.read_text(encoding="latin-1")
    names = text.partition("BEGIN_DATA_FORMAT")[2].partition("END_DATA_FORMAT")[0].split()
    rows = text.partition("BEGIN_DATA\n")[2].partition("END_DATA")[0].strip().splitlines()
    values = np.array([[float(value) for value in row.split()[1:]] for row in rows])
    columns = [names.index(f"CMYK_{ink}") - 1 for ink in "CMYK"]
    return values[:, columns], values[:, [names.index(f"XYZ_{axis}") - 1 for axis in "XYZ"]]


def _relative(xyz: np.ndarray, inks: np.ndarray) -> np.ndarray:
    """Return XYZ with paper as white, and the darkest patch as black (point compensation)."""
    paper = xyz[inks.sum(axis=1) == 0].mean(axis=0)
    relative = xyz / paper
    black = relative[:, 1].min()
    return (relative - black) / (1 - black) * D50


def _lab(xyz: np.ndarray) -> np.ndarray:
    ratio = np.clip(xyz / D50, 0, None)
    root = np.where(ratio > (6 / 29) ** 3, np.cbrt(ratio), ratio * (29 / 6) ** 2 / 3 + 4 / 29)
    x, y, z = root.T
    return np.stack([116 * y - 16, 500 * (x - y), 200 * (y - z)], axis=1)


def _spread(inks: np.ndarray) -> np.ndarray:
    """Return ink as optical coverage, about: a dot grows on paper."""
    return np.sqrt(inks / 100)


def _profile(lab: np.ndarray) -> bytes:
    """Return an ICC profile (version 2) with one table, from CMYK to Lab."""
    table = b"mft2\0\0\0\0" + bytes([4, 3, len(NODES), 0])
    table += struct.pack(">9l", *(65536 * (i % 4 == 0) for i in range(9)))
    table += struct.pack(">2H", 256, 2)
    steps = np.interp(np.linspace(0, 100, 256), NODES, np.linspace(0, 65535, len(NODES)))
    table += np.rint(steps).astype(">u2").tobytes() * 4
    scaled = (lab * [652.8, 256, 256]) + [0, 32768, 32768]
    table += np.rint(np.clip(scaled, 0, 65535)).astype(">u2").tobytes()
    table += struct.pack(">2H", 0, 65535) * 3
    name = b"Coated offset (FOGRA39)\0"
    tags = {
        b"desc": b"desc\0\0\0\0" + struct.pack(">L", len(name)) + name + bytes(78),
        b"cprt": b"text\0\0\0\0" + COPYRIGHT + b"\0",
        b"wtpt": b"XYZ \0\0\0\0" + struct.pack(">3l", *(round(v * 65536) for v in D50)),
        b"A2B0": table,
    }
    directory, data, start = b"", b"", 132 + 12 * len(tags)
    for tag, content in tags.items():
        directory += tag + struct.pack(">LL", start + len(data), len(content))
        data += content + bytes(-len(content) % 4)
    header = struct.pack(
        ">L4sL4s4s4s12s4s28s12s",
        *(start + len(data), b"", 0x02400000, b"prtr", b"CMYK", b"Lab "),
        *(struct.pack(">6H", 2000, 1, 1, 0, 0, 0), b"acsp", b"", tags[b"wtpt"][8:]),
    )
    return header.ljust(128, b"\0") + struct.pack(">L", len(tags)) + directory + data


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
