"""Several originals in one ZIP, written while it is sent: it is never whole anywhere."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import PurePath

from ..domain.models import Image
from ..domain.text import clean_filename
from ..errors import UnknownImage
from ..storage.interfaces import Originals

_PIECE = 256 * 1024  # bytes
_FIRST_YEAR = 1980  # ZIP knows no time before


class ZipDownloads:
    """Packs originals.  Thread-safe."""

    def __init__(self, originals: Originals) -> None:
        self._originals = originals

    def archive(self, images: Iterable[Image]) -> Iterator[bytes]:
        """Yield a ZIP of the originals in pieces; images removed since are left out.

        Originals are stored, not deflated: their formats are compressed already.
        """
        return _archive(self._originals, images)


def _archive(originals: Originals, images: Iterable[Image]) -> Iterator[bytes]:
    pipe = _Pipe()
    names: set[str] = set()
    with zipfile.ZipFile(pipe, "w", zipfile.ZIP_STORED) as target:
        for image in images:
            try:
                with originals.open(image.id) as source:
                    entry = zipfile.ZipInfo(_free_name(image, names), _time(image))
                    with target.open(entry, "w", force_zip64=True) as file:
                        for piece in iter(lambda source=source: source.read(_PIECE), b""):  # type: ignore[misc]
                            file.write(piece)
                            yield pipe.slot()
            except UnknownImage:
                continue
    yield pipe.slot()


def _free_name(image: Image, names: set[str]) -> str:
    """The file name of a picture, told apart from those before it; added to `names`."""
    # An old site's may be a path, of any system, that leads out of the folder it is unpacked in.
    path = PurePath(clean_filename(image.filename) or f"{image.id}.jpeg")
    name, number = path.name, 1
    while name.casefold() in names:
        number += 1
        name = f"{path.stem}-{number}{path.suffix}"
    names.add(name.casefold())
    return name


def _time(image: Image) -> tuple[int, int, int, int, int, int]:
    when = image.created
    if when.year < _FIRST_YEAR:
        return (_FIRST_YEAR, 1, 1, 0, 0, 0)
    return (when.year, when.month, when.day, when.hour, when.minute, when.second)


class _Pipe(io.RawIOBase):
    """A file that can only be written, and gives away what was written."""

    def __init__(self) -> None:
        self._written = bytearray()

    def writable(self) -> bool:
        return True

    def write(self, data: object) -> int:
        piece = bytes(data)  # type: ignore[call-overload]
        self._written += piece
        return len(piece)

    def slot(self) -> bytes:
        """What was written since the last call."""
        slot = bytes(self._written)
        self._written.clear()
        return slot
