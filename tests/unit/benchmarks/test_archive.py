"""The benchmarks run, and what they fill in bulk is what the program would have made."""

from contextlib import closing
from pathlib import Path

import pytest

from benchmarks import archive, metadata
from huimages_app.domain.models import Query
from huimages_app.storage.interfaces import Metadata
from huimages_app.storage.sqlite import SqliteMetadata
from tests.contract.samples import walk


def test_growth_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    metadata.main(["1000"])
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("1,000 images")
    assert next(line for line in lines if line.startswith("page 500 of all")).endswith(" 1.0")


def test_filling_in_bulk_makes_the_same(tmp_path: Path) -> None:
    with (
        closing(SqliteMetadata(tmp_path / "bulk")) as bulk,
        closing(SqliteMetadata(tmp_path / "one by one")) as one_by_one,
    ):
        archive.fill_sqlite(tmp_path / "bulk", 60, tags=20)
        archive.fill(one_by_one, 60, tags=20)
        assert all_of(bulk) == all_of(one_by_one)


def all_of(store: Metadata) -> list[object]:
    ids = list(store.ids())
    queries = [Query(), Query(order="rated"), Query(tag=archive.word(0)), Query(text="wasser")]
    queries.append(Query(favorite_of=archive.UPLOADER))
    return [
        store.get_many(ids),
        store.summaries(ids),
        store.tags(),
        store.count(),
        list(store.marks_by(archive.UPLOADER)),
        *(walk(store, query, 50) for query in queries),
    ]
