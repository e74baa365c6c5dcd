"""The metadata benchmark runs, and its bulk filling stores what the program would store."""

from contextlib import closing
from pathlib import Path

import pytest

from benchmarks import archive, metadata, sqlite_archive
from huimages_app.domain.models import Query
from huimages_app.storage.interfaces import MetadataBackend
from huimages_app.storage.sqlite import SqliteBackend
from tests.contract.samples import walk


@pytest.mark.slow
def test_metadata_benchmark_prints_growth(capsys: pytest.CaptureFixture[str]) -> None:
    metadata.main(["1000"])
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("1,000 images")
    assert next(line for line in lines if line.startswith("page 500 of all")).endswith(" 1.0")


def test_bulk_filling_equals_single_writes(tmp_path: Path) -> None:
    with (
        closing(SqliteBackend(tmp_path / "bulk")) as bulk,
        closing(SqliteBackend(tmp_path / "one by one")) as one_by_one,
    ):
        sqlite_archive.fill_sqlite(tmp_path / "bulk", 60, tags=20)
        archive.fill(one_by_one, 60, tags=20)
        assert all_of(bulk) == all_of(one_by_one)


def test_copies_equal_single_writes(tmp_path: Path) -> None:
    with (
        closing(SqliteBackend(tmp_path / "copied")) as copied,
        closing(SqliteBackend(tmp_path / "one by one")) as one_by_one,
    ):
        sqlite_archive.fill_by_copies(tmp_path / "copied", 30, 4, tags=20)
        assert copied.search.count() == 120
        one_by_one.load(copied.export())
        assert all_of(copied) == all_of(one_by_one)


def all_of(store: MetadataBackend) -> list[object]:
    ids = list(store.images.ids())
    queries = [Query(), Query(order="rated"), Query(tag=archive.word(0)), Query(text="wasser")]
    queries.append(Query(favorite_of=archive.UPLOADER))
    queries.append(Query(order="taken"))
    queries += (Query(references=(("artnr", number),)) for number in ("10001/01", "110002/02"))
    queries += (Query(text=number) for number in ("10003", "110003", "210003"))
    return [
        store.images.get_many(ids),
        store.annotations.summaries(ids),
        store.search.tags(),
        store.search.count(),
        list(store.annotations.by_visitor(archive.UPLOADER)),
        *(walk(store, query, 50) for query in queries),
        *(store.search.alike(image.phash, 5) for image in store.images.get_many(ids).values()),
    ]
