"""One snapshot of a backup: its files, their checksums, and its manifest."""

from __future__ import annotations

import contextlib
import gzip
import hashlib
import io
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any, BinaryIO, cast

from ...domain.files import atomic_write, sync_folder
from ...domain.ids import ID_LENGTH
from ...errors import BadInput, DamagedBackup, StorageUnavailable

# Raise it when an older program would misread a backup.
FORMAT = 1

METADATA = "metadata.jsonl.gz"
CHECKSUMS = "originals.sha256"
_MANIFEST = "manifest.json"
PARTIAL = ".partial"  # ending of the folder of an incomplete snapshot


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
        return self.path.name.removesuffix(PARTIAL)

    @contextlib.contextmanager
    def writing(self, name: str) -> Iterator[IO[str]]:
        """Yield a text file of the snapshot; one that ends with `.gz` is compressed."""
        with contextlib.ExitStack() as stack:
            stack.enter_context(translated("the backup can't be written"))
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
        with translated("the backup can't be read"), opener(path, "rt", encoding="utf-8") as file:
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
        with translated("the backup can't be written"):
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
    with translated("the backup can't be read"), path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@contextlib.contextmanager
def translated(failure: str) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise StorageUnavailable(f"{failure}: {error}") from error
