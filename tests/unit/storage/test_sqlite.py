"""SQLite files of all versions, and the order of image keys."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from huimages_app.backends import make_metadata
from huimages_app.config.settings import Settings
from huimages_app.domain.models import Count, Order, Place, Query
from huimages_app.errors import BadSetting, StorageUnavailable
from huimages_app.storage.sqlite import SqliteBackend, query_plan, query_planner, schema
from tests.contract.samples import START, an_id, an_image, fill, put, walk, walk_back


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "metadata.sqlite"


@pytest.fixture
def store(file: Path) -> Iterator[SqliteBackend]:
    store = SqliteBackend(file, timeout=0.2)
    yield store
    store.close()


def remove_newer(db: sqlite3.Connection) -> None:
    """Undo migrations 4 and later."""
    db.execute("DROP TABLE hashes")
    db.execute("DROP TABLE spellings")  # with its triggers
    db.execute("DROP TABLE tag_spellings")
    for name in ("longest", "name"):
        db.execute(f"DROP INDEX images_{name}")
        db.execute(f"ALTER TABLE images DROP COLUMN {name}")
    facets = "kind IN ('format', 'shape', 'uploader', 'without')"
    db.execute(f"DELETE FROM members WHERE list IN (SELECT number FROM lists WHERE {facets})")
    db.execute(f"DELETE FROM lists WHERE {facets}")
    db.execute("DROP TABLE places")
    db.execute("DROP INDEX lists_collections")
    db.execute("DROP INDEX lists_articles")
    db.execute("DROP INDEX images_taken")
    db.execute("ALTER TABLE images DROP COLUMN taken")
    db.execute("DROP INDEX changes_removed")
    db.execute("DROP INDEX images_ends")
    db.execute("ALTER TABLE images DROP COLUMN ends")


class TestVersions:
    def test_new_file_has_the_newest_version(self, file: Path, store: SqliteBackend) -> None:
        store.check()
        with closing(sqlite3.connect(file)) as db:
            assert schema.version_of(db) == schema.VERSION
            assert db.execute("PRAGMA journal_mode").fetchone() == ("wal",)

    def test_file_is_readable_by_its_owner_only(self, file: Path, store: SqliteBackend) -> None:
        """The file contains password hashes."""
        store.check()
        beside = [path for path in file.parent.iterdir() if path.name.startswith(file.name)]
        assert {path.stat().st_mode & 0o777 for path in beside} == {0o600}
        assert [path for path in file.parent.iterdir() if path not in beside] == []

    def test_file_of_version_1_is_migrated(self, file: Path, store: SqliteBackend) -> None:
        put(store, an_image(1), tags=("sea",))
        store.close()
        with closing(sqlite3.connect(file)) as db:  # version 1 had no records
            remove_newer(db)
            db.execute("DROP TABLE records")
            db.execute("PRAGMA user_version = 1")
        again = SqliteBackend(file)
        again.documents.save("account", "vera", lambda _: {"a": 1})
        again.close()
        assert walk(store, Query(tag="sea")) == [an_id(1)]
        with closing(sqlite3.connect(file)) as db:
            assert schema.version_of(db) == schema.VERSION

    def test_file_of_version_2_is_indexed_anew(self, file: Path, store: SqliteBackend) -> None:
        put(store, an_image(1, titles=("Regenschirm",)), tags=("🎄",))
        put(store, an_image(2, trashed=START, titles=("Schirm",)))
        store.close()
        with closing(sqlite3.connect(file)) as db, db:
            remove_newer(db)
            db.execute("DROP TABLE words")
            db.execute(schema.MIGRATIONS[0][-1])
            db.execute("INSERT INTO words (rowid, text) SELECT key, 'regenschirm' FROM images")
            db.execute("PRAGMA user_version = 2")
        assert walk(store, Query(text="schirm 🎄")) == [an_id(1)]
        assert walk(store, Query(text="schirm", trashed=True)) == [an_id(2)]
        put(store, an_image(1, titles=("Segel",)))
        assert walk(store, Query(text="schirm")) == []

    def test_file_of_version_3_gets_its_articles(self, file: Path, store: SqliteBackend) -> None:
        references = {"artnr": ("10106",)}
        fill(store, [3, 1, 2], references=references)
        put(store, an_image(4, references=references, trashed=START))
        store.close()
        with closing(sqlite3.connect(file)) as db, db:
            remove_newer(db)
            db.execute("PRAGMA user_version = 3")
        article = Query(references=(("artnr", "10106"),), order="place")
        assert walk(store, article) == [an_id(1), an_id(2), an_id(3)]
        assert walk(store, replace(article, trashed=True)) == [an_id(4)]
        assert [a.count for a in store.search.articles("artnr", 9).articles] == [3]
        put(store, an_image(3, references=references, places={"artnr": {"10106": Place(1)}}))
        assert walk(store, article) == [an_id(3), an_id(1), an_id(2)]

    def test_file_of_an_older_version_gets_facets_sizes_and_names(
        self, file: Path, store: SqliteBackend
    ) -> None:
        put(store, an_image(1, titles=("Möwe",), width=4000, types=("product",)), tags=("sea",))
        put(store, an_image(2, filename="a.png", contenttype="image/png"))
        put(store, an_image(3, trashed=START))
        store.close()
        with closing(sqlite3.connect(file)) as db, db:
            remove_newer(db)
            db.execute("PRAGMA user_version = 3")
        assert walk(store, Query(order="title")) == [an_id(2), an_id(1)]
        assert walk(store, Query(larger=4000)) == [an_id(1)]
        assert walk(store, Query(facets=(("format", "png"),))) == [an_id(2)]
        assert walk(store, Query(facets=(("without", "tags"),))) == [an_id(2)]
        assert walk(store, Query(facets=(("shape", "panorama"),), type="product")) == [an_id(1)]
        assert walk(store, Query(facets=(("shape", "landscape"),), trashed=True)) == [an_id(3)]
        assert store.search.count_of(Query(facets=(("without", "alt"),))) == Count(2)
        put(store, an_image(2, filename="a.png", contenttype="image/png"), tags=("sun",))
        assert walk(store, Query(facets=(("without", "tags"),))) == []

    def test_file_of_a_newer_version_is_refused_and_unchanged(
        self, file: Path, store: SqliteBackend
    ) -> None:
        with closing(sqlite3.connect(file)) as db:
            db.execute(f"PRAGMA user_version = {schema.VERSION + 1}")
        with pytest.raises(BadSetting, match=r"metadata.path.*newer huimages"):
            store.check()
        with closing(sqlite3.connect(file)) as db:
            assert schema.version_of(db) == schema.VERSION + 1
            assert db.execute("SELECT count(*) FROM sqlite_schema").fetchone() == (0,)

    def test_newer_version_stops_the_start_and_damaged_file_does_not(self, file: Path) -> None:
        settings = Settings(metadata_path=file)
        file.write_bytes(b"no database at all " * 100)
        metadata = make_metadata(settings)
        with pytest.raises(StorageUnavailable):
            metadata.check()
        file.unlink()
        with closing(sqlite3.connect(file)) as db:
            db.execute(f"PRAGMA user_version = {schema.VERSION + 1}")
        with pytest.raises(BadSetting, match="newer huimages"):
            make_metadata(settings)

    def test_migration_that_fails_changes_nothing(
        self, file: Path, store: SqliteBackend, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        store.check()
        store.close()
        monkeypatch.setattr(schema, "VERSION", schema.VERSION + 1)
        broken = (*schema.MIGRATIONS, ("CREATE TABLE more (a)", "CREATE TABLE records (b)"))
        monkeypatch.setattr(schema, "MIGRATIONS", broken)
        with pytest.raises(StorageUnavailable):
            store.check()
        with closing(sqlite3.connect(file)) as db:
            assert schema.version_of(db) == len(broken) - 1
            assert not db.execute("SELECT 1 FROM sqlite_schema WHERE name = 'more'").fetchall()


def test_image_that_an_older_process_wrote_can_be_changed(file: Path, store: SqliteBackend) -> None:
    """The older process serves for some seconds after the migration, and does not write facets."""
    put(store, an_image(1))
    with closing(sqlite3.connect(file)) as db, db:
        db.execute(
            "DELETE FROM members WHERE list IN (SELECT number FROM lists WHERE kind <> 'all')"
        )
        db.execute("DELETE FROM lists WHERE kind <> 'all'")
    put(store, an_image(1, titles=("Möwe",), height=640, alt="A gull"), tags=("sea",))
    assert walk(store, Query(facets=(("shape", "square"),))) == [an_id(1)]
    assert store.search.count_of(Query(facets=(("without", "alt"),))) == Count(0)
    store.images.remove(an_id(1))
    assert walk(store, Query(facets=(("shape", "square"),))) == []


def test_title_order_ignores_case_and_accents(store: SqliteBackend) -> None:
    for number, title in enumerate(["zebra", "Ärmel", "apfel", "Birne"]):
        put(store, an_image(number, titles=(title,)))
    assert walk(store, Query(order="title")) == [an_id(number) for number in (2, 1, 3, 0)]


def test_page_of_many_rejected_rows_is_short_and_has_a_next(
    store: SqliteBackend, monkeypatch: pytest.MonkeyPatch
) -> None:
    """This bounds the work of a page when many images meet each condition and few meet all."""
    for number in range(40):
        contenttype = "image/png" if number >= 18 else ""
        put(store, an_image(number, types=("old",) * (number < 20), contenttype=contenttype))
    monkeypatch.setattr(query_plan, "SCANNED", 10)
    monkeypatch.setattr(query_planner, "FEW", 1)
    query = Query(facets=(("format", "png"),), type="old", order="oldest")
    first = store.search.page(query, 3)
    assert (first.images, first.previous) == ([], None)
    assert first.next is not None
    assert walk(store, query, 3) == walk_back(store, query, 3) == [an_id(18), an_id(19)]
    assert store.search.count_of(replace(query, larger=1, order="newest")).is_exact is False
    for order in ("newest", "title"):
        in_order = replace(query, order=order)  # type: ignore[arg-type]
        assert walk(store, in_order, 3) == walk_back(store, in_order, 3)
        assert {*walk(store, in_order, 3)} == {an_id(18), an_id(19)}


@pytest.mark.parametrize("order", ["newest", "oldest", "title", "rated"])
def test_page_that_the_first_rows_do_not_fill_reads_on(
    store: SqliteBackend, monkeypatch: pytest.MonkeyPatch, order: Order
) -> None:
    for number in range(40):
        contenttype = "image/png" if number % 7 == 0 else ""
        image = an_image(number, types=("old",), contenttype=contenttype)
        store.annotations.save(put(store, image), "vera", lambda mark: replace(mark, rating=5))
    monkeypatch.setattr(query_plan, "SCANNED_FIRST", 2)
    monkeypatch.setattr(query_planner, "FEW", 1)
    query = Query(facets=(("format", "png"),), type="old", order=order)
    expected = {an_id(number) for number in range(0, 40, 7)}
    page = store.search.page(query, 3)
    assert len(page.images) == 3
    assert {*walk(store, query, 3)} == expected
    assert walk(store, query, 1) == walk_back(store, query, 1)
    assert store.search.count_of(query, 5) == Count(5, is_exact=False)
    assert store.search.count_of(query, 6) == Count(6)


class TestKeys:
    @pytest.mark.slow
    def test_keys_of_a_full_microsecond_continue_in_the_next(
        self, file: Path, store: SqliteBackend
    ) -> None:
        known = fill(store, range(1100), created=START)
        later = put(store, an_image(2000, created=START + timedelta(seconds=1)))
        assert walk(store, Query(order="oldest"), 100) == [*known, later]

    def test_images_beyond_the_last_time_sort_last(self, store: SqliteBackend) -> None:
        for number, year in enumerate([2026, 1, 9999, 1800]):
            put(store, an_image(number, created=datetime(year, 1, 1, tzinfo=UTC)))
        assert walk(store, Query(order="oldest")) == [an_id(n) for n in [1, 3, 0, 2]]
        assert store.images.get(an_id(2)).created.year == 9999

    def test_phrase_does_not_match_across_two_texts(self, store: SqliteBackend) -> None:
        put(store, an_image(1, titles=("article 10106", "02 colours")))
        assert walk(store, Query(text="10106/02")) == []
        assert walk(store, Query(text="10106 02")) == [an_id(1)]
