"""Pack several pictures into one ZIP, written while it is sent and never stored."""

from __future__ import annotations

import logging
import re
import time
import zipfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import PurePath
from typing import BinaryIO

from ..domain.formats import Format
from ..domain.models import Image
from ..domain.sizes import Size
from ..domain.text import clean_filename
from ..errors import (
    BadSize,
    CorruptOriginal,
    RightsEnded,
    RightsNotBegun,
    ServerBusy,
    SizeNotAllowed,
    UnknownImage,
)
from ..imaging import sniff_file
from ..storage.interfaces import Originals
from ..tables.pipe import Pipe
from .open_image import OpenImage
from .renditions import Renditions
from .showing import Showing

log = logging.getLogger(__name__)

# Pauses of one archive while all renderers are busy, in seconds: single pictures go first, and a
# download never waits for long.
_PAUSES = (1, 2, 4, 8, 15)
_PIECE = 256 * 1024  # bytes
# The earliest and the latest time that a ZIP can hold.
_FIRST, _LAST = (1980, 1, 1, 0, 0, 0), (2107, 12, 31, 23, 59, 58)
_NOTES = "not included.txt"
# Reasons for leaving out a picture that the notes give.
_NOTED = (CorruptOriginal, BadSize, SizeNotAllowed, ServerBusy, RightsEnded, RightsNotBegun)

# https://learn.microsoft.com/windows/win32/fileio/naming-a-file
_FORBIDDEN = re.compile(r'[<>:"/\\|?*\x00-\x1f]')
_RESERVED = re.compile(
    r"(con|prn|aux|nul|conin\$|conout\$|(com|lpt)[0-9¹²³]) *(\.|$)", re.IGNORECASE
)


class ZipDownloads:
    """Packs originals, or renditions of one size.  Thread-safe."""

    def __init__(self, originals: Originals, renditions: Renditions, showing: Showing) -> None:
        self._originals = originals
        self._renditions = renditions
        self._showing = showing

    def archive(
        self, images: Iterable[Image], rendition: tuple[Size, Format] | None = None
    ) -> Iterator[bytes]:
        """Yield a ZIP in pieces: of the originals, or of their renditions in a size and a format.

        Pictures are stored, not deflated: their formats are compressed already.  Images removed
        since are left out; those that can't be read or made, or may not be shown now, as well, and
        a text file names them.  Raises StorageUnavailable on the way.
        """
        pipe, notes, names, pauses = Pipe(), [], {_NOTES}, iter(_PAUSES)
        with zipfile.ZipFile(pipe, "w", zipfile.ZIP_STORED) as target:
            for image in images:
                try:
                    with self._opened(image, rendition, pauses) as source:
                        name = _free_name(_name_of(image, source, rendition), names)
                        entry = zipfile.ZipInfo(name, _time(image.created))
                        with target.open(entry, "w", force_zip64=True) as file:
                            while piece := source.read(_PIECE):
                                file.write(piece)
                                yield pipe.take()
                except _NOTED as error:
                    log.warning("picture left out of ZIP: image=%s error=%s", image.id, error)
                    notes.append(f"{image.filename} ({image.id}): {error}\r\n")
                except UnknownImage:
                    continue
            if notes:
                target.writestr(_NOTES, "".join(notes))
        yield pipe.take()

    @contextmanager
    def _opened(
        self, image: Image, rendition: tuple[Size, Format] | None, pauses: Iterator[int]
    ) -> Iterator[BinaryIO]:
        self._showing.require_shown(image)
        if rendition is None:
            with self._originals.open(image.id) as source:
                yield source
            return
        served = self._made(image, *rendition, pauses)
        try:
            yield served.file
        finally:
            served.close()

    def _made(self, image: Image, size: Size, format_: Format, pauses: Iterator[int]) -> OpenImage:
        """Return a rendition; while the server is at capacity, wait as long as there are pauses.

        Raises what `Renditions.get` raises.
        """
        for pause in pauses:
            with suppress(ServerBusy):
                return self._renditions.get(image.id, image.shown_in(size), format_)
            time.sleep(pause)
        return self._renditions.get(image.id, image.shown_in(size), format_)


def rendition_filename(filename: str, size: Size, format_: Format) -> str:
    """Return the file name for a rendition of the original `filename`: its size, its extension."""
    return f"{PurePath(filename).stem}-{size}.{format_.extension}"


def _name_of(image: Image, source: BinaryIO, rendition: tuple[Size, Format] | None) -> str:
    filename = clean_filename(image.filename)
    if rendition is not None:
        return _portable(rendition_filename(filename or image.id, *rendition))
    return _portable(filename) or _name_by_content(image, source)


def _free_name(wanted: str, names: set[str]) -> str:
    """Return a file name that differs from `names` on every system, and add it to them."""
    path = PurePath(wanted)
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
    kind, _, subtype = sniff_file(source).partition("/")
    return f"{image.id}.{subtype if kind == 'image' else 'bin'}"


def _time(moment: datetime) -> tuple[int, int, int, int, int, int]:
    """Return the nearest time that a ZIP can hold."""
    year, month, day, hour, minute, second, *_ = moment.timetuple()
    return min(max((year, month, day, hour, minute, second), _FIRST), _LAST)
