"""Every example in docs/library.md runs."""

from __future__ import annotations

import doctest
import struct
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest

import huimages
from huimages_app import client
from tests.support.services import ini_in

PAGE = Path(__file__).parents[3] / "docs" / "library.md"


def bitmap(shade: int) -> bytes:
    """Return a BMP of 400 x 300 pixels.  No codec is involved, so its ID never changes."""
    pixels = bytes(shade for _ in range(400 * 300 * 3))
    header = struct.pack("<LLLHHLLLLLL", 40, 400, 300, 1, 24, 0, len(pixels), 2835, 2835, 0, 0)
    return struct.pack("<2sLHHL", b"BM", 54 + len(pixels), 0, 0, 54) + header + pixels


@pytest.fixture
def names(tmp_path: Path) -> Iterator[dict[str, object]]:
    huimages.configure(ini_in(tmp_path, image_url="http://images.example/"))
    yield {"photo": bitmap(200), "other_photo": bitmap(100), "datetime": datetime}
    huimages.configure(None)


def test_examples_of_the_page_run(names: dict[str, object]) -> None:
    failed, tried = doctest.testfile(str(PAGE), module_relative=False, globs=names)
    assert tried > 20
    assert not failed


def test_examples_of_the_module_run(names: dict[str, object]) -> None:
    failed, tried = doctest.testmod(client, extraglobs=names)
    assert tried >= 3
    assert not failed
