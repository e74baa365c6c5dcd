"""Time of metadata queries, by the number of images.

    python -m benchmarks.metadata [--couchdb URL] [IMAGES …]

makes an archive of each number of images (2,000 20,000 200,000), in SQLite unless a CouchDB
is named, times the queries of the pages, and prints how much the time grew from the first to
the last.  A factor of 2 is allowed; only a search for the best rated takes longer, because it
reads all matches.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import timedelta
from pathlib import Path

import couchdb

from huimages_app.config.storage_settings import CouchdbSettings
from huimages_app.domain.models import Query
from huimages_app.storage.couchdb import CouchBackend, DatabaseNames, Server, install_views
from huimages_app.storage.interfaces import MetadataBackend
from huimages_app.storage.sqlite import SqliteBackend

from . import archive, sqlite_archive

PAGE = 60
ROUNDS = 9


def questions(store: MetadataBackend, count: int) -> dict[str, Callable[[], object]]:
    """Return the queries of the pages, by name."""
    tag = store.search.tags(limit=1)[0][0]
    rare = next(name for name, uses in reversed(store.search.tags()) if uses >= PAGE)
    late = store.search.page(Query(), 1).images[0].created - timedelta(days=3)
    number = count * 3 // 4
    image = archive.image_id(b"%d" % number)
    artnr = f"{10_000 + number // 4}/{number % 4:02}"
    far = cursor_of_page(store, min(500, count // PAGE))
    far_tagged = cursor_of_page(store, min(500, count // PAGE // 8), Query(tag=tag))
    common = archive.word(0)

    def page(query: Query, cursor: str | None = None) -> None:
        store.annotations.summaries(
            found.id for found in store.search.page(query, PAGE, cursor).images
        )

    def start() -> None:
        store.search.page(Query(), 15)
        store.search.random(15)
        store.search.tags(limit=100)
        store.search.count()

    def image_page() -> None:
        store.images.get(image)
        store.annotations.summary(image)
        store.annotations.get(image, archive.UPLOADER)
        store.search.neighbours(Query(), image)
        store.search.random(1)

    return {
        "start page": start,
        "newest": lambda: page(Query()),
        "random": lambda: store.search.random(15),
        "tag cloud": lambda: store.search.tags(limit=100),
        "tag suggestions": lambda: store.search.tags("wa", limit=10),
        "page 500 of all": lambda: page(Query(), far),
        "the largest tag": lambda: page(Query(tag=tag)),
        "far inside that tag": lambda: page(Query(tag=tag), far_tagged),
        "a rare tag": lambda: page(Query(tag=rare)),
        "favourites": lambda: page(Query(favorite_of=archive.UPLOADER)),
        "best rated": lambda: page(Query(order="rated")),
        "best rated of a tag": lambda: page(Query(tag=tag, order="rated")),
        "search, a common word": lambda: page(Query(text=common)),
        "search, a longer one": lambda: page(Query(text=archive.word(1))),
        "search, two words": lambda: page(Query(text=f"{common} {archive.word(1)}")),
        "search, two letters": lambda: page(Query(text=common[:2])),
        "search, nine letters": lambda: page(Query(text=archive.word(1)[:9])),
        "search, article number": lambda: page(Query(text=artnr)),
        "search, its beginning": lambda: page(Query(text=artnr[:3])),
        "search, nothing found": lambda: page(Query(text=f"{common} xyzzy")),
        "search within a tag": lambda: page(Query(text=archive.word(3), tag=tag)),
        "best rated of a search": lambda: page(Query(text=common, order="rated")),
        "changed since": lambda: page(Query(changed_since=late)),
        "by article number": lambda: page(Query(references=(("artnr", artnr),))),
        "image page": image_page,
        "neighbours in a tag": lambda: store.search.neighbours(Query(tag=tag), image),
        "neighbours in a search": lambda: store.search.neighbours(Query(text=common), image),
        "changes": lambda: store.search.changes(limit=100),
    }


def cursor_of_page(store: MetadataBackend, number: int, query: Query | None = None) -> str | None:
    cursor = None
    for _ in range(number - 1):
        cursor = store.search.page(query or Query(), PAGE, cursor).next
    return cursor


def seconds(
    question: Callable[[], object],
    clock: Callable[[], float] = time.perf_counter,
    before: Callable[[], object] = lambda: None,
) -> float:
    """Return the median of some rounds, after one round to warm up.

    `before` is called before each round and not timed.
    """
    question()
    times = []
    for _ in range(ROUNDS):
        before()
        start = clock()
        question()
        times.append(clock() - start)
    return statistics.median(times)


@contextmanager
def in_sqlite(count: int) -> Iterator[MetadataBackend]:
    """Make an archive in a temporary file."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "metadata.sqlite"
        sqlite_archive.fill_sqlite(file, count)
        with closing(SqliteBackend(file)) as store:
            yield store


def couchdb_names(count: int) -> tuple[str, str]:
    """Return the names of the databases of images and of visitors."""
    return f"huimages-benchmark-{count}", f"huimages-benchmark-{count}-meta"


@contextmanager
def in_couchdb(url: str, count: int) -> Iterator[MetadataBackend]:
    """Make an archive in temporary databases."""
    names = couchdb_names(count)
    server = Server(CouchdbSettings(url, timeout=600))
    with closing(CouchBackend(server, DatabaseNames(*names))) as store:
        store.setup()
        archive.fill_couchdb(server, *names, count)
        for name, folder in zip(names, ("images", "visitors"), strict=True):
            install_views.wait_for(server.database(name), folder)
        try:
            yield store
        finally:
            for name in names:
                couchdb.Server(url).delete(name)


def measure(store: MetadataBackend, count: int) -> dict[str, float]:
    return {name: seconds(ask) for name, ask in questions(store, count).items()}


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("images", nargs="*", type=int, default=[2_000, 20_000, 200_000])
    parser.add_argument("--couchdb", metavar="URL", help="with an administrator's credentials")
    options = parser.parse_args(arguments)
    results = []
    for count in options.images:
        start = time.perf_counter()
        with in_couchdb(options.couchdb, count) if options.couchdb else in_sqlite(count) as store:
            print(f"{count:,} images: filled in {time.perf_counter() - start:.0f} s", flush=True)
            results.append(measure(store, count))
    counts = "".join(f"{count:>10,}" for count in options.images)
    print(f"\n{'milliseconds':26}{counts}    growth")
    for name, first in results[0].items():
        times = "".join(f"{result[name] * 1000:10.2f}" for result in results)
        print(f"{name:26}{times}{results[-1][name] / first:10.1f}")


if __name__ == "__main__":
    main()
