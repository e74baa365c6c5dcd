"""Pack several originals into one ZIP, written while it is sent and never stored."""

from __future__ import annotations

import io
import logging
import re
import zipfile
from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import PurePath
from typing import BinaryIO

from ..domain.formats import Format
from ..domain.models import Image
from ..domain.sizes import Size
from ..domain.text import clean_filename
from ..errors import CorruptOriginal, UnknownImage
from ..imaging import sniff
from ..storage.interfaces import Originals

log = logging.getLogger(__name__)

_PIECE = 256 * 1024  # bytes
_HEAD = 64  # bytes from which the format is recognised
# The times that a ZIP can hold, and the notes that it gets about missing pictures.
_FIRST, _LAST = (1980, 1, 1, 0, 0, 0), (2107, 12, 31, 23, 59, 58)
_NOTES = "not included.txt"

# https://learn.microsoft.com/windows/win32/fileio/naming-a-file
_FORBIDDEN = re.compile(r'[<>:"/\\|?*\x00-\x1f]')
_RESERVED = re.compile(
    r"(con|prn|aux|nul|conin\$|conout\$|(com|lpt)[0-9¹²³]) *(\.|$)", re.IGNORECASE
)


class ZipDownloads:
    """Packs originals.  Thread-safe."""

    def __init__(self, originals: Originals) -> None:
        self._originals = originals

    def archive(self, images: Iterable[Image]) -> Iterator[bytes]:
        """Yield a ZIP of the originals in pieces; raises StorageUnavailable on the way.

        Originals are stored, not deflated: their formats are compressed already.  Images
        removed since are left out; damaged originals as well, and a text file names them.
        """
        pipe, notes, names = _Pipe(), [], {_NOTES}
        with zipfile.ZipFile(pipe, "w", zipfile.ZIP_STORED) as target:
            for image in images:
                try:
                    with self._originals.open(image.id) as source:
                        entry = zipfile.ZipInfo(
                            _free_name(image, source, names), _time(image.created)
                        )
                        with target.open(entry, "w", force_zip64=True) as file:
                            while piece := source.read(_PIECE):
                                file.write(piece)
                                yield pipe.take()
                except UnknownImage:
                    continue
                except CorruptOriginal as error:
                    log.warning("original left out of ZIP: image=%s error=%s", image.id, error)
                    notes.append(f"{image.filename} ({image.id}): {error}\r\n")
            if notes:
                target.writestr(_NOTES, "".join(notes))
        yield pipe.take()


def rendition_filename(filename: str, size: Size, format_: Format) -> str:
    """Return the file name for a rendition of the original `filename`: its size, its extension."""
    return f"{PurePath(filename).stem}-{size}.{format_.extension}"


def _free_name(image: Image, source: BinaryIO, names: set[str]) -> str:
    """Return a file name that differs from `names` on every system, and add it to them."""
    path = PurePath(_portable(clean_filename(image.filename)) or _name_by_content(image, source))
    name, number = path.name, 1
    while name.casefold() in names:
        number += 1
        name = f"{path.stem}-{number}{path.suffix}"
    names.add(name.casefold())
    return name


def _portable(name: str) -> str:
    """Return the name as Windows can write it, too."""
    name = _FORBIDDEN.sub("_", name).rstrip(". ")
    return f"_{name}" if _RESERVED.match(name) else name


def _name_by_content(image: Image, source: BinaryIO) -> str:
    kind, _, subtype = sniff(source.read(_HEAD)).partition("/")
    source.seek(0)
    return f"{image.id}.{subtype if kind == 'image' else 'bin'}"


def _time(moment: datetime) -> tuple[int, int, int, int, int, int]:
    """Return the nearest time that a ZIP can hold."""
    year, month, day, hour, minute, second, *_ = moment.timetuple()
    return min(max((year, month, day, hour, minute, second), _FIRST), _LAST)


class _Pipe(io.RawIOBase):
    """A write-only file whose content is taken away piece by piece."""

    def __init__(self) -> None:
        self._written = bytearray()

    def writable(self) -> bool:
        return True

    def write(self, data: object) -> int:
        piece = bytes(data)  # type: ignore[call-overload]
        self._written += piece
        return len(piece)

    def take(self) -> bytes:
        """Return what was written since the last call."""
        piece = bytes(self._written)
        self._written.clear()
        return piece
