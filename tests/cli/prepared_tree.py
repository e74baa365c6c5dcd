"""A folder of 100 files to import, some of them broken."""

from __future__ import annotations

import os
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tests.support.pictures import cmyk, encoded, photo, pixels, rotated, transparent

from .conftest import Ran

GOOD, BROKEN = 88, 12


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with images in all formats, and other files."""
    root = tmp_path_factory.mktemp("prepared") / "photos"
    for folder in ("", "2009/summer", "2010", ".hidden", "2009/.cache"):
        (root / folder).mkdir(parents=True, exist_ok=True)
    first = [
        ("bike.heic", photo(60, 40, 1, "HEIF")),
        ("2009/bike.AVIF", photo(60, 40, 2, "AVIF")),
        ("2009/summer/sea.webp", photo(60, 40, 3, "WEBP")),
        ("2009/summer/Größe 3%.png", transparent(60, 40, 4)),
        ("2010/print.JPG", cmyk(60, 40, 5)),
        ("2010/turned.jpe", rotated(6, 60, 40, 6)),
        ("2010/scan.tiff", encoded(pixels(60, 40, 7), "TIFF")),
        ("2010/old.bmp", encoded(pixels(60, 40, 8), "BMP")),
        ("2010/moving.gif", encoded(pixels(60, 40, 9), "GIF")),
        ("2010/no ending", photo(60, 40, 10)),
    ]
    for name, content in first:
        (root / name).write_bytes(content)
    for number in range(GOOD - len(first)):
        (root / "2010" / f"p{number:03}.jpg").write_bytes(photo(24, 16, 1000 + number))
    for number in range(BROKEN):
        content = b"" if number % 3 == 0 else photo(24, 16)[: 40 * number]
        (root / "2009" / f"broken{number:02}.jpeg").write_bytes(content)
    # Files to skip.
    (root / "README").write_text("about these pictures")
    (root / "2010" / "notes.txt").write_text("more")
    (root / ".hidden" / "secret.jpg").write_bytes(photo(24, 16, 5000))
    (root / "2009" / ".cache" / "secret.jpg").write_bytes(photo(24, 16, 5001))
    (root / ".dot.jpg").write_bytes(photo(24, 16, 5002))
    (root / "circle").symlink_to(root, target_is_directory=True)
    return root


@pytest.fixture
def tree(prepared: Path, tmp_path: Path) -> Path:
    """A copy to work on."""
    return Path(shutil.copytree(prepared, tmp_path / "photos", symlinks=True))


def summary(ran: Ran) -> dict[str, int]:
    (line,) = ran.out
    parts = line.partition(": ")[2].split(", ")
    return {name: int(number) for number, name in (part.split(" ", 1) for part in parts)}


def overwrite(path: Path) -> None:
    """Replace the bytes, but keep length and time, so that only reading shows the change."""
    status = path.stat()
    path.write_bytes(b"x" * status.st_size)
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))


def journalled(site: Path) -> list[Path]:
    """The files in the journal."""
    try:
        with closing(sqlite3.connect(site / "var" / "imported.sqlite", timeout=10)) as journal:
            return [Path(os.fsdecode(row[0])) for row in journal.execute("select path from file")]
    except sqlite3.OperationalError:  # not created yet
        return []
