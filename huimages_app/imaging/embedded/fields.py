"""The fields that huimages takes from embedded metadata."""

from __future__ import annotations

import logging
import re
import struct
import zlib
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import BinaryIO, Final, TypeVar

from ...domain.embedded import MAX_CAMERA, MAX_KEYWORDS, Embedded
from ...domain.rights import MAX_TEXT, Rights, is_web_url, source_type_of
from ...domain.tags import MAX_LENGTH
from ...domain.text import MAX_ALT, MAX_TITLE, clean
from ...errors import HuimagesError
from ..header_limits import CutShort
from ..input_formats import HEAD, InputFormat, detect
from . import iim
from .containers import Packets, find_packets
from .directories import Directory, read_directories
from .iim import Datasets, decoded, parse_iim
from .moments import parse_moment
from .xmp import (
    DC,
    EXIF,
    IPTC_CORE,
    IPTC_EXT,
    PHOTOSHOP,
    PLUS,
    TIFF,
    XMP,
    XMP_RIGHTS,
    Properties,
    parse_xmp,
)

log = logging.getLogger(__name__)

T = TypeVar("T")

# What readers raise on damaged packets.
_DAMAGED: Final = (CutShort, HuimagesError, struct.error, ValueError, LookupError, zlib.error)

_DESCRIPTION, _MAKE, _MODEL, _ARTIST, _COPYRIGHT = 0x010E, 0x010F, 0x0110, 0x013B, 0x8298
# Of Windows, in UTF-16.
_XP_TITLE, _XP_AUTHOR, _XP_KEYWORDS = 0x9C9B, 0x9C9D, 0x9C9E
_ORIGINAL, _DIGITIZED, _ORIGINAL_OFFSET, _DIGITIZED_OFFSET = 0x9003, 0x9004, 0x9011, 0x9012
_MAIN_TAGS: Final = {
    *(_DESCRIPTION, _MAKE, _MODEL, _ARTIST, _COPYRIGHT),
    *(_XP_TITLE, _XP_AUTHOR, _XP_KEYWORDS),
}
_EXIF_TAGS: Final = {_ORIGINAL, _DIGITIZED, _ORIGINAL_OFFSET, _DIGITIZED_OFFSET}

# What cameras write as the description of every picture.
_OF_CAMERAS: Final = re.compile(
    r"(?:[\w-]+ )*digital camera|sony dsc|samsung|default|exif_jpeg_picture|maker ?notes?"
    r"|created with gimp|screenshot|dcim[\\/].*|[\w-]*\.jpe?g|dcf [0-9.]+",
    re.IGNORECASE,
)
# What cameras write as the copyright notice.
_NO_NOTICE: Final = re.compile(r"\(c\) by .* user", re.IGNORECASE)
_LOOKED_AT: Final = 500  # keywords


def read_embedded(file: BinaryIO, format_: InputFormat) -> Embedded:
    """Return what a file says of itself.  Damaged metadata is logged and left out."""
    packets = _or_default("file", lambda: find_packets(file, format_), Packets())
    sources = _Sources(
        _or_default("XMP", lambda: parse_xmp(packets.xmp), None) if packets.xmp else None,
        _or_default("IPTC-IIM", lambda: parse_iim(packets.iim), {}),
        *_or_default("EXIF", lambda: _directories(packets), (_NO_TAGS, _NO_TAGS)),
    )
    return _or_default("metadata", sources.embedded, Embedded())


def rights_in(file: BinaryIO) -> Rights:
    """Return the rights that the file of a picture states; its position is its start again."""
    file.seek(0)
    format_ = detect(file.read(HEAD))
    rights = read_embedded(file, format_).rights if format_ else Rights()
    file.seek(0)
    return rights


_NO_TAGS: Final = Directory("<", {})


def _directories(packets: Packets) -> tuple[Directory, Directory]:
    return read_directories(packets.tiff or packets.exif, _MAIN_TAGS, _EXIF_TAGS)


def _or_default(what: str, read: Callable[[], T], default: T) -> T:
    try:
        return read()
    except _DAMAGED as error:
        log.info("embedded metadata not read: kind=%s error=%s", what, error)
        return default


class _Sources:
    """The three kinds of metadata of one file."""

    def __init__(
        self, xmp: Properties | None, datasets: Datasets, main: Directory, exif: Directory
    ) -> None:
        self._xmp = xmp
        self._iim = datasets
        self._main = main
        self._exif = exif

    def embedded(self) -> Embedded:
        title = (
            self._of_xmp(PHOTOSHOP, "Headline"),
            self._of_xmp(DC, "title"),
            self._of_iim(iim.HEADLINE),
            self._of_iim(iim.TITLE),
            self._of_windows(_XP_TITLE),
        )
        description = (
            self._of_xmp(IPTC_CORE, "AltTextAccessibility"),
            self._of_xmp(DC, "description"),
            self._of_iim(iim.CAPTION),
            self._of_exif(_DESCRIPTION),
        )
        return Embedded(
            title=_first(title, MAX_TITLE),
            alt=_first(description, MAX_ALT),
            keywords=self._keywords(),
            rights=self._rights(),
            taken=self._taken(),
            camera=self._camera(),
        )

    def _rights(self) -> Rights:
        creators = self._xmp.texts(DC, "creator") if self._xmp else []
        creator = (
            ", ".join(creators),
            ", ".join(self._iim.get(iim.CREATOR, [])),
            self._of_exif(_ARTIST),
            self._of_windows(_XP_AUTHOR),
        )
        notice = (
            self._of_xmp(DC, "rights"),
            self._of_iim(iim.COPYRIGHT),
            self._of_exif(_COPYRIGHT),
        )
        statement = clean(self._of_xmp(XMP_RIGHTS, "WebStatement"))
        return Rights(
            creator=_first(creator),
            credit=_first((self._of_xmp(PHOTOSHOP, "Credit"), self._of_iim(iim.CREDIT))),
            copyright=_first(notice),
            terms=_first([self._of_xmp(XMP_RIGHTS, "UsageTerms")]),
            statement=statement if is_web_url(statement) and len(statement) <= MAX_TEXT else "",
            licensor=_first(self._licensor()),
            source_type=source_type_of(self._of_xmp(IPTC_EXT, "DigitalSourceType")),
        )

    def _licensor(self) -> list[str]:
        found = self._xmp.structures(PLUS, "Licensor") if self._xmp else []
        return [each.text(PLUS, name) for name in ("LicensorURL", "LicensorName") for each in found]

    def _keywords(self) -> tuple[str, ...]:
        found = [
            *(self._xmp.texts(DC, "subject") if self._xmp else ()),
            *self._iim.get(iim.KEYWORD, []),
            *self._of_windows(_XP_KEYWORDS).split(";"),
        ]
        cleaned = (clean(keyword) for keyword in found[:_LOOKED_AT])
        # Longer ones are no tags.
        short = dict.fromkeys(keyword for keyword in cleaned if 0 < len(keyword) <= MAX_LENGTH)
        return tuple(short)[:MAX_KEYWORDS]

    def _taken(self) -> datetime | None:
        time = (self._of_iim(iim.DATE), self._of_iim(iim.TIME))
        moments = (
            parse_moment(self._of_exif(_ORIGINAL), self._of_exif(_ORIGINAL_OFFSET)),
            parse_moment(self._of_xmp(EXIF, "DateTimeOriginal")),
            parse_moment(self._of_xmp(PHOTOSHOP, "DateCreated")),
            parse_moment(" ".join(time)) if time[0] else None,
            parse_moment(self._of_exif(_DIGITIZED), self._of_exif(_DIGITIZED_OFFSET)),
            parse_moment(self._of_xmp(XMP, "CreateDate")),
        )
        return next((moment for moment in moments if moment is not None), None)

    def _camera(self) -> str:
        make = clean(self._of_exif(_MAKE) or self._of_xmp(TIFF, "Make"))
        model = clean(self._of_exif(_MODEL) or self._of_xmp(TIFF, "Model"))
        # "NIKON CORPORATION" makes the "NIKON D90", "EASTMAN KODAK COMPANY" the "KODAK DX4900".
        brands = tuple(make.lower().split()[:2])
        is_named = not brands or model.lower().startswith(brands)
        return (model if is_named and model else f"{make} {model}".strip())[:MAX_CAMERA].strip()

    def _of_xmp(self, namespace: str, name: str) -> str:
        return self._xmp.text(namespace, name) if self._xmp else ""

    def _of_iim(self, dataset: tuple[int, int]) -> str:
        return next(iter(self._iim.get(dataset, [])), "")

    def _of_exif(self, tag: int) -> str:
        # The copyright may be two texts with a NUL between them, the first one a blank.
        data = (self._exif if tag in _EXIF_TAGS else self._main).data(tag)
        text = next((t for part in data.split(b"\0") if (t := decoded(part).strip())), "")
        return "" if self._is_of_camera(tag, text) else text

    def _is_of_camera(self, tag: int, text: str) -> bool:
        """Return whether the camera writes this text into every picture."""
        if tag == _DESCRIPTION:
            model = self._of_exif(_MODEL)
            return bool(_OF_CAMERAS.fullmatch(text)) or text.lower() == f"{model} image".lower()
        return tag == _COPYRIGHT and bool(_NO_NOTICE.fullmatch(text))

    def _of_windows(self, tag: int) -> str:
        return self._main.data(tag).decode("utf-16-le", "replace").partition("\0")[0]


def _first(texts: Iterable[str], longest: int = MAX_TEXT) -> str:
    """Return the first text that is not empty, cleaned and shortened."""
    cleaned = (clean(text)[:longest].strip() for text in texts)
    return next(filter(None, cleaned), "")
