"""Costs of an archive in SQLite by its size: bytes, and CPU time of imports and backups.

    python -m benchmarks.growth [IMAGES …]

fills a file with each number of images (2,000 20,000 200,000; any other, such as 2000000), adds
some more as the program does, each in transactions of its own, and exports a part as a backup
does.  The time of an import may grow by 1.5.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory

from huimages_app.storage.interfaces import MetadataBackend
from huimages_app.storage.sqlite import SqliteBackend

from . import archive, sqlite_archive

_ADDED, _EXPORTED = 500, 5_000


def measure(file: Path, count: int) -> dict[str, float]:
    """Return bytes and microseconds of CPU time for each image of a filled file."""
    measured = {"bytes": file.stat().st_size / count}
    with closing(SqliteBackend(file)) as store:
        measured["import, µs"] = _cost_of(lambda: _add(store), _ADDED)
        ids = list(islice(store.images.ids(), _EXPORTED))
        measured["listing IDs, µs"] = _cost_of(
            lambda: list(islice(store.images.ids(), len(ids))), len(ids)
        )
        measured["reading records, µs"] = _cost_of(lambda: _read(store, ids), len(ids))
        measured["exporting, µs"] = _cost_of(lambda: _export(store, len(ids)), len(ids))
    return measured


def _cost_of(act: Callable[[], object], number: int) -> float:
    start = time.process_time()
    act()
    return (time.process_time() - start) * 10**6 / number


def _add(store: MetadataBackend) -> None:
    later = timedelta(days=20_000)
    for number, sample in enumerate(archive.samples(_ADDED)):
        image = replace(
            sample.image,
            id=archive.image_id(b"added %d" % number),
            created=sample.image.created + later,
        )
        store.images.save(image.id, lambda _, image=image: image)
        store.annotations.save(
            image.id, archive.UPLOADER, lambda _, annotation=sample.annotation: annotation
        )


def _read(store: MetadataBackend, ids: Sequence[str]) -> None:
    for first in range(0, len(ids), 500):
        store.images.get_many(ids[first : first + 500])


def _export(store: MetadataBackend, number: int) -> None:
    with closing(store.export()) as items:
        for _ in islice(items, number):
            pass


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("images", nargs="*", type=int, default=[2_000, 20_000, 200_000])
    options = parser.parse_args(arguments)
    columns = []
    for count in options.images:
        with TemporaryDirectory() as folder:
            file = Path(folder) / "metadata.sqlite"
            sqlite_archive.fill_sqlite(file, count)
            columns.append(measure(file, count))
    print(
        f"{'for each image':24}" + "".join(f"{count:>12,}" for count in options.images) + "  growth"
    )
    for name, first in columns[0].items():
        row = "".join(f"{column[name]:12.0f}" for column in columns)
        print(f"{name:24}{row}{columns[-1][name] / first:8.2f}")


if __name__ == "__main__":
    main()
