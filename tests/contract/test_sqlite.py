"""The contracts of metadata and documents, with SQLite."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from huimages_app.storage.sqlite import SqliteBackend

from .documents import DocumentsContract
from .jobs_undone import UndoneJobsContract
from .metadata import MetadataContract
from .metadata_inner_search import InnerSearchContract
from .saved_searches import SavedSearchesContract
from .spreadsheets import SpreadsheetsContract
from .tag_renaming import TagRenamingContract


@pytest.fixture
def nowhere(tmp_path: Path) -> Path:
    """Return a path below a file, where no database can be created."""
    (tmp_path / "file").touch()
    return tmp_path / "file" / "metadata.sqlite"


class TestSqliteMetadata(MetadataContract, InnerSearchContract):
    @pytest.fixture
    def opener(self, tmp_path: Path) -> Callable[[], SqliteBackend]:
        return partial(SqliteBackend, tmp_path / "var" / "metadata.sqlite")

    @pytest.fixture
    def down(self, nowhere: Path) -> SqliteBackend:
        return SqliteBackend(nowhere)


class TestSqliteJobs(UndoneJobsContract):
    @pytest.fixture
    def opener(self, tmp_path: Path) -> Callable[[], SqliteBackend]:
        return partial(SqliteBackend, tmp_path / "metadata.sqlite")


class TestSqliteSpreadsheets(SpreadsheetsContract):
    @pytest.fixture
    def opener(self, tmp_path: Path) -> Callable[[], SqliteBackend]:
        return partial(SqliteBackend, tmp_path / "metadata.sqlite")


class TestSqliteTagRenaming(TagRenamingContract):
    @pytest.fixture
    def opener(self, tmp_path: Path) -> Callable[[], SqliteBackend]:
        return partial(SqliteBackend, tmp_path / "metadata.sqlite")


class TestSqliteDocuments(DocumentsContract, SavedSearchesContract):
    @pytest.fixture
    def opener(self, tmp_path: Path) -> Callable[[], SqliteBackend]:
        return partial(SqliteBackend, tmp_path / "metadata.sqlite")

    @pytest.fixture
    def down(self, nowhere: Path) -> SqliteBackend:
        return SqliteBackend(nowhere)
