"""A rendition cache and its two folders."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from huimages_app.cache.renditions import RenditionCache


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "cache"


@pytest.fixture
def scratch(tmp_path: Path) -> Path:
    return tmp_path / "scratch"


@pytest.fixture
def cache(root: Path, scratch: Path) -> Iterator[RenditionCache]:
    cache = RenditionCache(root, scratch, max_bytes=0)
    yield cache
    cache.close()
