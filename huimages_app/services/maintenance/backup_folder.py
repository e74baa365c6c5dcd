"""The folder of a backup.

    DIR/originals/AB/CD/ABCD...01      originals, shared by all snapshots
    DIR/snapshots/20261127T230000Z/    one backup:
        metadata.jsonl.gz              all metadata, one item a line
        originals.sha256               for `sha256sum -c`, run in DIR
        manifest.json                  format, counts, checksums of the two files
    DIR/lock

A snapshot is written as `NAME.partial` and renamed when everything in it is on the disk, so
that a folder with a plain name is complete.
"""

from __future__ import annotations

import contextlib
import fcntl
import heapq
import re
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import BinaryIO

from ...errors import BadInput, ServerBusy
from ...storage.interfaces import Originals
from .backup_snapshot import PARTIAL, Checksum, Snapshot, translated

_TIME = "%Y%m%dT%H%M%SZ"
_NAME = re.compile(r"\d{8}T\d{6}Z")
_EXPIRED = ".expired"


class BackupFolder:
    """Snapshots in `path`, and the originals beside them."""

    def __init__(self, path: Path, originals: Originals) -> None:
        self.path = path
        self.originals = originals

    @contextlib.contextmanager
    def locked(self, *, shared: bool = False) -> Iterator[None]:
        """Hold the lock; raises ServerBusy if another process does.

        With `shared`, several processes may hold it, and the folder may be read-only.
        """
        with contextlib.ExitStack() as stack:
            with translated(f"{self.path} can't be locked"):
                file = self.path / "lock"
                if not shared:
                    file.touch(mode=0o600)
                if file.exists():  # a copy of a backup may lack it
                    # Not the folder itself: NFS locks files that are open for writing only.
                    opened = stack.enter_context(file.open("rb" if shared else "r+b"))
                    self._lock(opened, fcntl.LOCK_SH if shared else fcntl.LOCK_EX)
            yield

    def _lock(self, file: BinaryIO, mode: int) -> None:
        try:
            fcntl.flock(file, mode | fcntl.LOCK_NB)
        except BlockingIOError:
            raise ServerBusy(
                f"another backup or restore uses {self.path}; run it again when that one ends"
            ) from None

    def snapshots(self) -> list[Snapshot]:
        """Return the complete snapshots, oldest first."""
        with translated(f"the backup {self.path} can't be read"):
            paths = sorted(path for path in self._folder.iterdir() if _NAME.fullmatch(path.name))
        return [Snapshot(path) for path in paths]

    def snapshot(self, name: str | None) -> Snapshot:
        """Return a snapshot by its name, or the newest one; raises BadInput if there is none."""
        found = self.snapshots()
        for snapshot in reversed(found):
            if name in {None, snapshot.name}:
                return snapshot
        existing = ", ".join(one.name for one in found) or "none"
        raise BadInput(
            f"{self.path} has no snapshot {name or ''}".rstrip() + f"; it has {existing}"
        )

    def begin(self, now: datetime) -> Snapshot:
        """Return a new snapshot, to be written, named by the time.

        Its name follows that of the last one, also after the clock was set back.
        """
        name = now.astimezone(UTC).strftime(_TIME)
        for last in self.snapshots()[-1:]:
            follows = datetime.strptime(last.name, _TIME) + timedelta(seconds=1)
            name = max(name, follows.strftime(_TIME))
        path = self._folder / (name + PARTIAL)
        with translated("the backup can't be written"):
            path.mkdir(exist_ok=True)
        return Snapshot(path)

    def clean_up(self, keep: int) -> int:
        """Delete what killed runs left and all but the newest `keep` snapshots.

        Then also delete the originals that are in no snapshot; return how many.
        """
        with translated("the backup can't be cleaned up"):
            for snapshot in self.snapshots()[:-keep]:
                # No longer complete from here on: its originals go before it does.
                snapshot.path.rename(snapshot.path.with_name(snapshot.name + _EXPIRED))
            incomplete = [
                path for path in self._folder.iterdir() if path.suffix in {PARTIAL, _EXPIRED}
            ]
            if not incomplete:
                return 0
            removed = self._remove_unused_originals()
            for path in incomplete:
                shutil.rmtree(path)
        return removed

    def _remove_unused_originals(self) -> int:
        used = merged([one.checksums() for one in self.snapshots()])
        removed, next_used = 0, next(used, None)
        for image_id in self.originals.ids():
            while next_used is not None and next_used.image_id < image_id:
                next_used = next(used, None)
            if next_used is None or next_used.image_id != image_id:
                self.originals.delete(image_id)
                removed += 1
        return removed

    @property
    def _folder(self) -> Path:
        return self.path / "snapshots"


def prepare_folder(path: Path, *, make: bool) -> None:
    """Raise BadInput unless the folder is a backup; make it one if `make`."""
    folders = (path / "originals", path / "snapshots")
    try:
        if make:
            path.mkdir(parents=True, exist_ok=True, mode=0o700)
            for folder in folders:
                folder.mkdir(exist_ok=True)
    except OSError as error:
        raise BadInput(f"the folder {path} can't be created: {error.strerror}") from error
    if missing := [folder.name for folder in folders if not folder.is_dir()]:
        raise BadInput(f"{path} is no backup: it has no folder {missing[0]!r}")


def merged(lists: list[Iterator[Checksum]]) -> Iterator[Checksum]:
    """Yield the checksums of several lists by ascending ID, equal IDs repeated."""
    return heapq.merge(*lists, key=lambda one: one.image_id)
