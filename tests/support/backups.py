"""A small site in a folder, its backup in another one, and sites restored from it."""

from __future__ import annotations

import contextlib
import io
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from huimages_app.backends import make_backup_folder
from huimages_app.domain.ids import image_id
from huimages_app.imaging.configured import make_decoder
from huimages_app.services.container import Services
from huimages_app.services.file_info import describer
from huimages_app.services.maintenance.backup import Backup, BackupReport
from huimages_app.services.maintenance.restore import Restore, RestoreReport
from huimages_app.storage.interfaces import OriginalInfo

from .pictures import photo
from .services import add, services_in, settings_in, storage_in

PHOTOS = [photo(60, 40, seed=seed) for seed in range(4)]
IDS = [image_id(content) for content in PHOTOS]
PASSWORD = "correct horse battery staple"


class Lines:
    """Progress that keeps its lines; `during` has functions to call when a step begins."""

    def __init__(self) -> None:
        self.printed: list[str] = []
        self.during: dict[str, Callable[[], object]] = {}

    @contextlib.contextmanager
    def __call__(self, what: str, total: int) -> Iterator[Lines]:
        self.during.get(what, lambda: None)()
        yield self

    def advance(self) -> None:
        pass

    def print_line(self, line: str) -> None:
        self.printed.append(line)


class BackedUp:
    """A site in `source`, the folder of its backup, and an empty site in `target`."""

    def __init__(self, folder: Path) -> None:
        self.source = folder / "source"
        self.target = folder / "target"
        self.source.mkdir()
        self.lines = Lines()
        self.folder = make_backup_folder(folder / "backup", settings_in(self.source), make=True)
        self.services: Services = services_in(self.source)
        fill(self.services)

    def back_up(self, into: Path | None = None, **options: Any) -> BackupReport:
        folder = (
            make_backup_folder(into, settings_in(self.source), make=True) if into else self.folder
        )
        with storage_in(self.source) as storage:
            return Backup(storage.originals, storage.metadata, folder).run(self.lines, **options)

    def restore(self, target: Path | None = None, **options: Any) -> RestoreReport:
        target = target or self.target
        decoder = make_decoder(settings_in(target))
        with contextlib.closing(decoder), storage_in(target) as storage:
            job = Restore(storage.originals, storage.metadata, self.folder, describer(decoder))
            return job.run(self.lines, **options)

    def copies(self) -> dict[str, Path]:
        """Return the originals in the backup by ID."""
        files = (self.folder.path / "originals").glob("??/??/*")
        return {path.name: path for path in files}


def fill(services: Services) -> None:
    """Add four images with annotations, one of them in the trash, an account, and a tombstone."""
    for number, content in enumerate(PHOTOS):
        add(services, content, title=f"Picture {number}", tags=["red"])
    services.annotations.rate(IDS[0], "vera", 7)
    services.editing.remove(add(services, photo(60, 40, seed=9)).image.id)
    services.editing.trash(IDS[3])
    services.accounts.add("ada", "admin", PASSWORD)


def findings(folder: Path) -> list[str]:
    """Return what `huimages check` finds in a site, sorted."""
    services = services_in(folder)
    try:
        return sorted(f"{one.image_id}: {one.problem.value}" for one in services.integrity.check())
    finally:
        services.close()


def exported(folder: Path) -> list[Any]:
    """Return all metadata of a site."""
    with storage_in(folder) as storage:
        return list(storage.metadata.export())


def put_original(folder: Path, content: bytes) -> None:
    """Store an original without a record."""
    with storage_in(folder) as storage:
        info = OriginalInfo("image/jpeg", 60, 40)
        storage.originals.put(image_id(content), io.BytesIO(content), info)
