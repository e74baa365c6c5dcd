"""Time of pages, by the number of images.

    python -m benchmarks.pages [--couchdb URL] [IMAGES …]

makes an archive of each number of images (2,000 20,000 200,000; in CouchDB 2,000 50,000;
5,000 tags; any other number as an argument, such as 2000000), in SQLite unless a CouchDB is
named, requests pages from the application without
a network, and prints how much their time grew.  A factor of 2 is allowed.  It needs a real
CouchDB: pouchdb-server computes its views on every request.
"""

from __future__ import annotations

import argparse
import itertools
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import quote, urlencode

from webtest import TestApp

from huimages_app.app import make_app
from huimages_app.backends import build_storage
from huimages_app.config.settings import Settings
from huimages_app.factory import build_services
from huimages_app.storage.interfaces import MetadataBackend

from . import archive, metadata, report, results, sqlite_archive
from .metadata import seconds

_COUNTS = {"SQLite": [2_000, 20_000, 200_000], "CouchDB": [2_000, 50_000]}
_VISITOR = {
    "huimages.who.view": "everyone",
    "huimages.secret": "only used by the benchmark of pages",
}


def pages(store: MetadataBackend, count: int) -> dict[str, str]:
    """Return the URL paths of the pages, by name."""
    tag, second = (name for name, _uses in store.search.tags(limit=2))
    far = metadata.cursor_of_page(store, min(500, count // metadata.PAGE))
    number = count * 3 // 4
    image = archive.image_id(b"%d" % number)
    return {
        "start page": "/",
        "all, first page": "/image/",
        "all, page 500": f"/image/?{urlencode({'cursor': far or ''})}",
        "all, best rated": "/image/?order=rated",
        "tag cloud": "/tag/",
        "the largest tag": f"/tag/{quote(tag)}/",
        "search, a common word": f"/search?{urlencode({'q': archive.word(0)})}",
        "search, two words": f"/search?{urlencode({'q': f'{archive.word(0)} {archive.word(1)}'})}",
        "search, article number": f"/search?q={10_000 + number // 4}",
        "all, by title": "/image/?order=title",
        "landscape, larger": "/image/?shape=landscape&larger=4000",
        "no title and no alt": "/image/?without=title&without=alt",
        "tag and shape": f"/tag/{quote(tag)}/?shape=square",
        "tag, by title": f"/tag/{quote(tag)}/?order=title",
        "two tags": f"/tag/{quote(tag)}/?{urlencode({'tag': second})}",
        "best rated of a type": "/image/?type=product&rating=8&order=rated",
        "search and filters": f"/search?{urlencode({'q': archive.word(0), 'shape': 'portrait'})}",
        "filters of all": "/filters",
        "filters of the largest tag": f"/filters?{urlencode({'in': f'tag:{tag}'})}",
        "filters of a search": f"/filters?{urlencode({'in': f'search:{archive.word(0)}'})}",
        "filters of a filtered search": "/filters?"
        + urlencode({"in": f"search:{archive.word(0)}?shape=portrait&rating=8"}),
        "dates of all": "/dates",
        "dates of the largest tag": f"/dates?{urlencode({'in': f'tag:{tag}'})}",
        "dates of a search": f"/dates?{urlencode({'in': f'search:{archive.word(0)}'})}",
        "added in a year": "/image/?uploaded=2009&shape=panorama",
        "jump to a month": "/image/?at=2009-05",
        "image page": f"/image/{image}/",
        "image page within a tag": f"/image/{image}/?{urlencode({'in': f'tag:{tag}'})}",
    }


def measure(
    app: TestApp, store: MetadataBackend, paths: dict[str, str], clock: Callable[[], float]
) -> dict[str, float]:
    """Return the milliseconds of every page, each time after a visitor changed a tag."""
    numbers = itertools.count()

    def write() -> None:
        tag = archive.word(next(numbers) % 3)
        store.annotations.save(
            archive.image_id(b"1"), "benchmark", lambda old: replace(old, tags=(tag,))
        )

    return {
        name: 1000 * seconds(_request_of(app, path), clock, write) for name, path in paths.items()
    }


def _request_of(app: TestApp, path: str) -> Callable[[], object]:
    return lambda: app.get(path, headers={"Accept": "text/html"}, status=200)


def site(
    folder: Path, store: MetadataBackend | None = None, **ini: str
) -> tuple[TestApp, MetadataBackend]:
    """Return the application with all data in a folder, and its metadata backend."""
    settings = Settings.read(
        {
            **_VISITOR,
            "huimages.originals.path": str(folder / "originals"),
            "huimages.metadata.path": str(folder / "metadata.sqlite"),
            "huimages.cache.path": str(folder / "cache"),
            "huimages.var": str(folder),
            **{f"huimages.{key}": value for key, value in ini.items()},
        }
    )
    storage = build_storage(settings)
    return TestApp(make_app(settings, build_services(settings, storage))), storage.metadata


def in_sqlite(folder: Path, count: int) -> dict[str, float]:
    """Return the milliseconds of every page of an archive in SQLite."""
    sqlite_archive.fill_sqlite(folder / "metadata.sqlite", count)
    app, store = site(folder)
    with closing(store):
        # CPU time of this process: other programs on the machine do not change it.
        return measure(app, store, pages(store, count), time.process_time)


def in_couchdb(folder: Path, count: int, url: str) -> dict[str, float]:
    """Return the same for an archive in temporary databases."""
    images, visitors = metadata.couchdb_names(count)
    ini = {
        "metadata": "couchdb",
        "couchdb.url": url,
        "couchdb.database": images,
        "couchdb.visitor_database": visitors,
        "couchdb.timeout": "600",
    }
    with metadata.in_couchdb(url, count) as filled:
        app, store = site(folder, **ini)
        return measure(app, store, pages(filled, count), time.perf_counter)


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("images", nargs="*", type=int)
    parser.add_argument("--couchdb", metavar="URL", help="with an administrator's credentials")
    options = parser.parse_args(arguments)
    measured = []
    store = "CouchDB" if options.couchdb else "SQLite"
    counts = options.images or _COUNTS[store]
    for count in counts:
        start = time.perf_counter()
        with TemporaryDirectory() as name:
            folder = Path(name)
            measured.append(
                in_couchdb(folder, count, options.couchdb)
                if options.couchdb
                else in_sqlite(folder, count)
            )
        print(f"{count:,} images: {time.perf_counter() - start:.0f} s", flush=True)
    by_page = {name: [one[name] for one in measured] for name in measured[0]}
    part = {"counts": counts, "pages": by_page}
    before = results.load().get("pages", {})
    results.save("pages", {**before, store: part})
    report.write()
    for name, times in by_page.items():
        row = "".join(f"{one:10.1f}" for one in times)
        print(f"{name:26}{row}{times[-1] / times[0]:10.1f}")


if __name__ == "__main__":
    main()
