"""Time to find the images that look like a hash, by the number of images.

    python -m benchmarks.alike [--couchdb URL] [IMAGES …]

fills a store with generated hashes, times look-ups of variants with up to six other bits, and
compares what they find with a comparison of all hashes.  Two kinds of archives: random bits, and
product pictures, of which every group of 20 is a few bits away from one of a few silhouettes.
"""

from __future__ import annotations

import argparse
import random
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import timedelta
from pathlib import Path

import couchdb

from huimages_app.config.storage_settings import CouchdbSettings
from huimages_app.domain.ids import image_id
from huimages_app.domain.likeness import BITS, MAX_ALIKE, MAX_DIFFERENT
from huimages_app.domain.models import Image
from huimages_app.storage.couchdb import CouchBackend, DatabaseNames, Server, install_views
from huimages_app.storage.interfaces import MetadataBackend
from huimages_app.storage.snapshots import StoredImage
from huimages_app.storage.sqlite import SqliteBackend
from huimages_app.storage.sqlite.codec import image_to_json
from huimages_app.storage.sqlite.likeness import write_hash

from .archive import START

LOOKUPS = 100
_SILHOUETTES = 40
_GROUP = 20


def random_hashes(count: int) -> list[int]:
    """Return hashes of pictures that have nothing in common."""
    chosen = random.Random(1)
    return [chosen.getrandbits(BITS) for _ in range(count)]


def product_hashes(count: int) -> list[int]:
    """Return hashes of product pictures on white, which differ little from a few silhouettes."""
    chosen = random.Random(2)
    silhouettes = [chosen.getrandbits(BITS) for _ in range(_SILHOUETTES)]
    hashes = []
    while len(hashes) < count:
        article = _changed(chosen.choice(silhouettes), 14, chosen)
        hashes += [_changed(article, chosen.randint(0, 10), chosen) for _ in range(_GROUP)]
    return hashes[:count]


def _changed(value: int, bits: int, chosen: random.Random) -> int:
    return value ^ sum(1 << bit for bit in chosen.sample(range(BITS), bits))


def images_of(hashes: Sequence[int]) -> Iterator[StoredImage]:
    """Yield records with these hashes, by ascending ID, as a backup has them."""
    images = [
        Image(image_id(str(number).encode()), time_, time_, 1200, 900, phash=f"{value:016x}")
        for number, value in enumerate(hashes)
        for time_ in [START + timedelta(seconds=number)]
    ]
    images.sort(key=lambda image: image.id)
    for image in images:
        yield StoredImage(image)


def measure(store: MetadataBackend, hashes: Sequence[int]) -> str:
    """Return the times of look-ups, and the share of similar images that they found."""
    chosen = random.Random(3)
    seconds, expected, found = [], 0, 0
    for _ in range(LOOKUPS):
        wanted = _changed(chosen.choice(hashes), chosen.randint(0, MAX_DIFFERENT), chosen)
        start = time.perf_counter()
        images = store.search.alike(f"{wanted:016x}", MAX_ALIKE)
        seconds.append(time.perf_counter() - start)
        similar = sum((wanted ^ value).bit_count() <= MAX_DIFFERENT for value in hashes)
        expected += min(similar, MAX_ALIKE)
        found += len(images)
    middle, slow = statistics.median(seconds), sorted(seconds)[int(LOOKUPS * 0.99)]
    return (
        f"median {middle * 1000:.1f} ms, 99 % within {slow * 1000:.1f} ms,"
        f" found {found:,} of {expected:,}"
    )


@contextmanager
def in_sqlite(hashes: Sequence[int]) -> Iterator[MetadataBackend]:
    """Make a file with the records and the index of hashes, and nothing else."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "metadata.sqlite"
        with closing(SqliteBackend(file)) as store:
            store.check()  # makes the tables
            with closing(sqlite3.connect(file)) as db, db:
                for key, stored in enumerate(images_of(hashes)):
                    image = stored.image
                    db.execute(
                        "INSERT INTO images (key, id, trashed, modified, summary, document)"
                        " VALUES (?, ?, 0, 0, '', ?)",
                        [key, image.id, image_to_json(image)],
                    )
                    write_hash(db, key, image.phash)
            yield store


@contextmanager
def in_couchdb(url: str, hashes: Sequence[int]) -> Iterator[MetadataBackend]:
    """Make temporary databases with the records."""
    names = "huimages-benchmark-alike", "huimages-benchmark-alike-meta"
    server = Server(CouchdbSettings(url, timeout=600))
    with closing(CouchBackend(server, DatabaseNames(*names))) as store:
        store.setup()
        try:
            store.load(images_of(hashes))
            install_views.wait_for(server.database(names[0]), "images")
            store.search.alike(f"{hashes[0]:016x}", MAX_ALIKE)  # some servers build views singly
            yield store
        finally:
            for name in names:
                couchdb.Server(url).delete(name)


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("images", nargs="*", type=int, default=[2_000, 20_000, 200_000])
    parser.add_argument("--couchdb", metavar="URL", help="with an administrator's credentials")
    options = parser.parse_args(arguments)
    for count in options.images:
        for name, make in [("random", random_hashes), ("products", product_hashes)]:
            hashes = make(count)
            url = options.couchdb
            with in_couchdb(url, hashes) if url else in_sqlite(hashes) as store:
                print(f"{count:>9,} {name:8}  {measure(store, hashes)}", flush=True)


if __name__ == "__main__":
    main()
