"""A file of the first version, opened by this version."""

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

from huimages_app.storage.sqlite import SqliteBackend, schema
from tests.support.upgrades import FOLDER, require_upgraded


def test_file_of_the_first_version_is_upgraded(tmp_path: Path) -> None:
    file = tmp_path / "metadata.sqlite"
    shutil.copy(FOLDER / "metadata-1.sqlite", file)
    with closing(sqlite3.connect(file)) as db:
        assert schema.version_of(db) == 1
    store = SqliteBackend(file)
    require_upgraded(store)
    store.close()
    with closing(sqlite3.connect(file)) as db:
        assert schema.version_of(db) == schema.VERSION
        assert db.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
