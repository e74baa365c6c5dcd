"""One kind of work on a site, until the process is killed; see `test_kill`.

    python -m tests.torture.worker KIND FOLDER SEED

Each line on stdout acknowledges something that must outlast the process.
"""

from __future__ import annotations

import io
import itertools
import os
import random
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from huimages_app.backends import make_backup_folder, originals_at
from huimages_app.domain.formats import parse_format
from huimages_app.domain.sizes import Size
from huimages_app.errors import ServerBusy
from huimages_app.imaging.configured import make_decoder
from huimages_app.services.file_info import describer
from huimages_app.services.image_patch import ImagePatch
from huimages_app.services.maintenance.backup import Backup
from huimages_app.services.maintenance.migration import OriginalsMigration
from tests.support.backups import Lines
from tests.support.pictures import photo
from tests.support.services import add, services_in, settings_in, storage_in

SIZES = ("50x50", "60x60!", "70x", "x80", "40x40@2x")


def acknowledge(*words: object) -> None:
    os.write(1, (" ".join(map(str, words)) + "\n").encode())


def upload(folder: Path, seed: int) -> None:
    services = services_in(folder)
    acknowledge("ready")
    for number in itertools.count(seed * 1000):
        add(services, photo(60, 40, seed=number), title=f"Title {number}", tags=["all"])
        acknowledge(number)


def edit(folder: Path, seed: int) -> None:
    services = services_in(folder)
    ids = sorted(image.id for image in services.images.random(100))
    acknowledge("ready")
    for number in itertools.count(seed * 1000):
        image_id = ids[number % len(ids)]
        services.editing.update(image_id, ImagePatch(title=f"Title {number}"))
        services.annotations.tag(image_id, "vera", [f"tag{number}"])
        acknowledge(image_id, number)


def replace(folder: Path, seed: int) -> None:
    services = services_in(folder)
    ids = sorted(image.id for image in services.images.random(100))
    acknowledge("ready")
    for number in itertools.count(seed * 1000):
        image_id = ids[number % len(ids)]
        services.versions.replace(image_id, io.BytesIO(photo(60, 40, seed=number)))
        acknowledge(image_id, number)
        if number % 5 == 0:
            services.versions.turn(image_id, 90)
        if number % 7 == 0:
            services.versions.go_back(image_id)


def render(folder: Path, seed: int, *, evict: bool = False) -> None:
    services = services_in(folder)
    chance = random.Random(seed)
    ids = sorted(image.id for image in services.images.random(100))
    acknowledge("ready")
    for number in itertools.count():
        size, extension = Size.parse(chance.choice(SIZES)), chance.choice(("jpeg", "webp", "png"))
        served = services.renditions.get(chance.choice(ids), size, parse_format(extension))
        served.close()
        if evict and number % 4 == 0:
            with suppress(ServerBusy):  # a thread of the cache prunes it at the moment
                services.operations.prune_cache(chance.choice((0, 5_000, 20_000)))


def evict(folder: Path, seed: int) -> None:
    render(folder, seed, evict=True)


def migrate(folder: Path, seed: int) -> None:
    """Move all originals to and fro between two folders."""
    settings = settings_in(folder)
    places = [originals_at(f"files:{folder / name}", settings) for name in ("originals", "moved")]
    describe = describer(make_decoder(settings))
    acknowledge("ready")
    for number in itertools.count(seed):
        source, target = places[number % 2], places[1 - number % 2]
        for _ in OriginalsMigration(source, target, describe, move=True).run(2):
            pass


def backup(folder: Path, seed: int) -> None:
    target = make_backup_folder(folder / "backup", settings_in(folder), make=True)
    with storage_in(folder) as storage:
        acknowledge("ready")
        while True:
            report = Backup(storage.originals, storage.metadata, target).run(Lines(), keep=2)
            acknowledge(report.name)


KINDS: dict[str, Callable[[Path, int], None]] = {
    work.__name__: work for work in (upload, edit, replace, render, evict, migrate, backup)
}


if __name__ == "__main__":
    kind, folder, seed = sys.argv[1:]
    KINDS[kind](Path(folder), int(seed))
