"""Query plans of SQLite: all give the same result, and none scans or sorts everything."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from huimages_app.domain.models import Annotation, Place, Query
from huimages_app.storage.cursors import Start
from huimages_app.storage.interfaces import MetadataBackend
from huimages_app.storage.sqlite import SqliteBackend, query_planner
from huimages_app.storage.sqlite.articles import read_articles
from huimages_app.storage.sqlite.connection import Connections
from huimages_app.storage.sqlite.snapshot import export
from tests.contract.metadata_pages import PagesContract
from tests.contract.metadata_search import SearchContract
from tests.contract.samples import START, an_id, an_image, annotate, put, walk


class TestPlansForLargeCollections(PagesContract, SearchContract):
    """The contract, with every collection read as a large one."""

    @pytest.fixture
    def store(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[MetadataBackend]:
        monkeypatch.setattr(query_planner, "FEW", 1)
        store = SqliteBackend(tmp_path / "metadata.sqlite")
        yield store
        store.close()


@pytest.mark.parametrize(
    "query",
    [
        Query(),
        Query(order="oldest"),
        Query(order="rated"),
        Query(order="taken"),
        Query(order="taken", taken_from=START),
        Query(order="taken", type="product", created_from=START),
        Query(order="title"),
        Query(order="title", tag="sea", larger=100),
        Query(order="rated", rating=3),
        Query(taken_before=START + timedelta(days=1)),
        Query(larger=600, smaller=700),
        Query(tag="sea", created_from=START, created_before=START + timedelta(days=1)),
        Query(facets=(("shape", "landscape"), ("without", "alt")), order="oldest"),
        Query(trashed=True),
        Query(tag="sea"),
        Query(tag="sea", order="rated"),
        Query(tag="sea", type="product", favorite_of="vera"),
        Query(references=(("artnr", "1"),)),
        Query(references=(("artnr", "1"),), order="place"),
        Query(references=(("artnr", "1"),), order="place", tag="sea", text="strand"),
        Query(text="strand"),
        Query(text="str 10106/02", tag="sea"),
    ],
)
@pytest.mark.parametrize("forward", [True, False])
def test_page_needs_no_scan_and_no_sort(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, query: Query, forward: bool
) -> None:
    monkeypatch.setattr(query_planner, "FEW", 1)
    file = tmp_path / "metadata.sqlite"
    store = SqliteBackend(file)
    for number in range(4):
        image = an_image(number, titles=("strand",), types=("product",), taken=START)
        image = replace(image, references={"artnr": ("1", "10106/02")})
        put(store, image, tags=("sea",), favorite=True, rating=5)
    put(store, an_image(9, trashed=START))
    put(store, an_image(10, trashed=START))
    store.close()
    connections = Connections(file)
    with connections.reading() as db:
        asked: list[str] = []
        db.set_trace_callback(asked.append)
        collection = query_planner.plan_query(db, query, START.date())
        assert collection is not None
        rows = collection.read(db, None, 1).rows
        start = Start(rows[0].position)
        assert collection.read(db, start, 1, forward=forward).rows or not forward
        db.set_trace_callback(None)
        steps = [
            step
            for question in asked
            if "'main'." not in question  # the index of words asks its own tables
            for (*_, step) in db.execute(f"EXPLAIN QUERY PLAN {question}")
        ]
    connections.close()
    assert steps
    assert not [step for step in steps if "TEMP B-TREE" in step]
    assert not [
        step for step in steps if step.startswith("SCAN") and "VIRTUAL TABLE INDEX" not in step
    ]


def test_articles_need_no_scan_and_no_sort(tmp_path: Path) -> None:
    store = SqliteBackend(tmp_path / "metadata.sqlite")
    for number in range(4):
        put(store, an_image(number, references={"artnr": (str(number), "10106/02")}))
    store.close()
    connections = Connections(tmp_path / "metadata.sqlite")
    with connections.reading() as db:
        asked: list[str] = []
        db.set_trace_callback(asked.append)
        assert len(read_articles(db, "artnr", "1", "1", 3)) == 1
        db.set_trace_callback(None)
        steps = [step for (*_, step) in db.execute(f"EXPLAIN QUERY PLAN {asked[-1]}")]
    connections.close()
    # The range of the index begins at the position.
    assert [step for step in steps if "lists_articles (value>?" in step or "<expr>>?" in step]
    assert not [step for step in steps if step.startswith("SCAN") or "TEMP B-TREE" in step]


def test_export_reads_tombstones_from_index(tmp_path: Path) -> None:
    store = SqliteBackend(tmp_path / "metadata.sqlite")
    put(store, an_image(1))
    connections = Connections(tmp_path / "metadata.sqlite")
    with connections.reading() as db:
        asked: list[str] = []
        db.set_trace_callback(asked.append)
        next(export(connections))
        db.set_trace_callback(None)
        steps = [step for (*_, step) in db.execute(f"EXPLAIN QUERY PLAN {asked[0]}")]
    connections.close()
    store.close()
    assert "FROM changes" in asked[0]
    assert steps == ["SCAN changes USING INDEX changes_removed"]


# -- derived data after any changes ------------------------------------------------------

WORDS = st.sampled_from(["sea", "sun", "10106/02", "möwe"])
SOME = st.lists(WORDS, max_size=2, unique=True).map(tuple)
NUMBER = st.integers(0, 3)
Step = Callable[[MetadataBackend], object]

FIELDS = st.fixed_dictionaries(
    {},
    optional={
        "titles": SOME,
        "types": SOME,
        "references": st.dictionaries(WORDS, SOME, max_size=2),
        "created": st.integers(0, 2).map(lambda n: START + timedelta(microseconds=n)),
        "trashed": st.sampled_from([None, START]),
        "taken": st.sampled_from([None, START]),
        "places": st.dictionaries(
            WORDS, st.dictionaries(WORDS, st.sampled_from([Place(1), Place(2.5)])), max_size=2
        ),
    },
)
MARKS = st.builds(Annotation, SOME, st.booleans(), st.sampled_from([None, 0, 3, 10]))


def saving(number: int, fields: dict[str, object]) -> Step:
    return lambda store: store.images.save(
        an_id(number), lambda image: replace(image or an_image(number), **fields)
    )


def marking(number: int, visitor: str, annotation: Annotation) -> Step:
    def step(store: MetadataBackend) -> None:
        if store.images.get_many([an_id(number)]):
            annotate(store, an_id(number), visitor, **vars(annotation))

    return step


def removing(number: int) -> Step:
    def step(store: MetadataBackend) -> None:
        if store.images.get_many([an_id(number)]):
            store.images.remove(an_id(number))

    return step


STEPS = st.lists(
    st.builds(saving, NUMBER, FIELDS)
    | st.builds(marking, NUMBER, st.sampled_from(["vera", "paul"]), MARKS)
    | st.builds(removing, NUMBER),
    min_size=5,
    max_size=25,
)


def all_answers(store: MetadataBackend) -> dict[object, object]:
    queries = [
        Query(trashed=trashed, **fields)  # type: ignore[arg-type]
        for trashed in (False, True)
        for fields in [{}, {"order": "rated"}, {"favorite_of": "vera"}]
        + [
            {name: word}
            for name in ("tag", "text", "type")
            for word in ("sea", "sun", "10106/02", "möwe")
        ]
    ]
    responses: dict[object, object] = {
        # The order among equal times and averages is that of arrival.
        query: sorted(walk(store, query))
        for query in queries
    }
    for word in ("sea", "sun"):
        article = Query(references=((word, word),), order="place")
        responses[article] = sorted(walk(store, article))
        responses[word] = [(a.number, a.count) for a in store.search.articles(word, 99).articles]
    return responses | {
        "tags": store.search.tags(),
        "count": store.search.count(),
        "random": {image.id for image in store.search.random(99)},
        "summaries": store.annotations.summaries(map(an_id, range(4))),
        "gone": sorted(
            image_id
            for image_id in store.search.changes().gone
            if store.images.get_many([image_id])
        ),
    }


@pytest.mark.slow
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(STEPS)
def test_changed_archive_equals_a_new_one_with_the_same_images(steps: list[Step]) -> None:
    with TemporaryDirectory() as folder:
        store, fresh = map(partial(opened, Path(folder)), ["store", "fresh"])
        for step in steps:
            step(store)
        for image_id in store.images.ids():
            put(fresh, store.images.get(image_id))
            for visitor, annotation in store.annotations.of_image(image_id).items():
                annotate(fresh, image_id, visitor, **vars(annotation))
        assert all_answers(store) == all_answers(fresh)
        store.close()
        fresh.close()


def opened(folder: Path, name: str) -> SqliteBackend:
    return SqliteBackend(folder / name)
