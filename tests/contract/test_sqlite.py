"""The SQLite stores keep what every store promises."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from huimages_app.storage.sqlite import SqliteMetadata, SqliteRecords

from .metadata import MetadataContract
from .records import RecordsContract


@pytest.fixture
def nowhere(tmp_path: Path) -> Path:
    """A path below a file, where no database can be."""
    (tmp_path / "file").touch()
    return tmp_path / "file" / "metadata.sqlite"


class TestSqliteMetadata(MetadataContract):
    @pytest.fixture
    def opener(self, tmp_path: Path) -> Callable[[], SqliteMetadata]:
        return partial(SqliteMetadata, tmp_path / "var" / "metadata.sqlite")

    @pytest.fixture
    def down(self, nowhere: Path) -> SqliteMetadata:
        return SqliteMetadata(nowhere)


class TestSqliteRecords(RecordsContract):
    @pytest.fixture
    def opener(self, tmp_path: Path) -> Callable[[], SqliteRecords]:
        return partial(SqliteRecords, tmp_path / "metadata.sqlite")

    @pytest.fixture
    def down(self, nowhere: Path) -> SqliteRecords:
        return SqliteRecords(nowhere)
