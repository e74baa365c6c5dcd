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
import gzip
import hashlib
import heapq
import io
import json
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import IO, Any, BinaryIO, cast

from ...domain.files import atomic_write, sync_folder
from ...domain.ids import ID_LENGTH
from ...errors import BadInput, DamagedBackup, ServerBusy, StorageUnavailable
from ...storage.interfaces import Originals

# Raise it when an older program would misread a backup.
FORMAT = 1

METADATA = "metadata.jsonl.gz"
CHECKSUMS = "originals.sha256"
_MANIFEST = "manifest.json"
_TIME = "%Y%m%dT%H%M%SZ"
_NAME = re.compile(r"\d{8}T\d{6}Z")
_PARTIAL, _EXPIRED = ".partial", ".expired"


@dataclass(frozen=True)
class Checksum:
    """The ID of an original and the SHA-256 of its bytes."""

    image_id: str
    sha256: str


class Snapshot:
    """A snapshot in a folder of its own; `manifest` is empty until it is complete."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.manifest: dict[str, Any] = {}

    @property
    def name(self) -> str:
        return self.path.name.removesuffix(_PARTIAL)

    @contextlib.contextmanager
    def writing(self, name: str) -> Iterator[IO[str]]:
        """Yield a text file of the snapshot; one that ends with `.gz` is compressed."""
        with contextlib.ExitStack() as stack:
            stack.enter_context(_translated("the backup can't be written"))
            file = stack.enter_context(atomic_write(self.path / name))
            if name.endswith(".gz"):
                # No name and no time in its header: equal metadata make equal files.
                packed = gzip.GzipFile(
                    filename="", mode="wb", compresslevel=3, fileobj=file, mtime=0
                )
                file = cast(BinaryIO, stack.enter_context(packed))
            yield stack.enter_context(_text_of(file))

    def lines(self, name: str) -> Iterator[str]:
        """Yield the lines of a file.  Raises StorageUnavailable."""
        path = self.path / name
        opener = gzip.open if name.endswith(".gz") else open
        with _translated("the backup can't be read"), opener(path, "rt", encoding="utf-8") as file:
            yield from file

    def checksums(self) -> Iterator[Checksum]:
        """Yield the originals of the snapshot by ascending ID."""
        for line in self.lines(CHECKSUMS):
            sha256, _, path = line.rstrip("\n").partition("  ")
            yield Checksum(path[-ID_LENGTH:], sha256)

    def complete(self, **fields: Any) -> None:
        """Write the manifest with these fields and the checksums of both files."""
        self.manifest = {
            "format": FORMAT,
            "finished": datetime.now(UTC).isoformat(timespec="seconds"),
            **fields,
            "files": {name: _digest(self.path / name) for name in (METADATA, CHECKSUMS)},
        }
        with self.writing(_MANIFEST) as file:
            json.dump(self.manifest, file, indent=2)
            file.write("\n")
        with _translated("the backup can't be written"):
            self.path = self.path.rename(self.path.with_name(self.name))
            sync_folder(self.path.parent)

    def verify(self) -> None:
        """Read the manifest, and compare both files with it; raises BadInput, DamagedBackup."""
        try:
            self.manifest = json.loads("".join(self.lines(_MANIFEST)))
            written, files = self.manifest["format"], self.manifest["files"]
        except (ValueError, KeyError, TypeError) as error:
            raise DamagedBackup(f"{self.path / _MANIFEST} is damaged: {error!r}") from error
        if written > FORMAT:
            raise BadInput(
                f"{self.path} was written by a newer huimages (backup format {written}, this"
                f" program supports {FORMAT}); restore it with the newer one"
            )
        for name in (METADATA, CHECKSUMS):
            if _digest(self.path / name) != files[name]:
                raise DamagedBackup(
                    f"{self.path / name} is damaged: its checksum is not that in {_MANIFEST};"
                    " restore another snapshot"
                )


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
            with _translated(f"{self.path} can't be locked"):
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
        with _translated(f"the backup {self.path} can't be read"):
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
        path = self._folder / (name + _PARTIAL)
        with _translated("the backup can't be written"):
            path.mkdir(exist_ok=True)
        return Snapshot(path)

    def clean_up(self, keep: int) -> int:
        """Delete what killed runs left and all but the newest `keep` snapshots.

        Then also delete the originals that are in no snapshot; return how many.
        """
        with _translated("the backup can't be cleaned up"):
            for snapshot in self.snapshots()[:-keep]:
                # No longer complete from here on: its originals go before it does.
                snapshot.path.rename(snapshot.path.with_name(snapshot.name + _EXPIRED))
            incomplete = [
                path for path in self._folder.iterdir() if path.suffix in {_PARTIAL, _EXPIRED}
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


def merged(lists: list[Iterator[Checksum]]) -> Iterator[Checksum]:
    """Yield the checksums of several lists by ascending ID, equal IDs repeated."""
    return heapq.merge(*lists, key=lambda one: one.image_id)


def checksum_line(one: Checksum) -> str:
    """Return a line as `sha256sum` writes it."""
    image_id = one.image_id
    return f"{one.sha256}  originals/{image_id[:2]}/{image_id[2:4]}/{image_id}\n"


@contextlib.contextmanager
def _text_of(file: BinaryIO) -> Iterator[IO[str]]:
    """Yield a text file that writes into `file`, which stays open."""
    text = io.TextIOWrapper(file, encoding="utf-8", newline="\n")
    try:
        yield text
        text.flush()
    finally:
        text.detach()


def _digest(path: Path) -> str:
    with _translated("the backup can't be read"), path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@contextlib.contextmanager
def _translated(failure: str) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise StorageUnavailable(f"{failure}: {error}") from error
