"""The boxes of AVIF and HEIC (ISO/IEC 14496-12, 23008-12).

A decoder takes memory for every picture that the shown one is derived from: the tiles of
a grid, the layers of an overlay, an alpha channel.  They are added up here first.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import Final

from ...errors import NotAnImage, TooLarge, UnsupportedImage
from ..options import Limits
from .coded_size import av1_sequence, hevc_size
from .header import Cicp, Header, check_pixels, clean_aperture
from .item_boxes import Item, Meta, read_meta
from .reader import CutShort, HeaderReader

MAX_DERIVATIONS: Final = 4_096
_MAX_DEPTH: Final = 4
# Tiles reach beyond the grid's edge, by less than half of it where they are of any use.
_MAX_EXCESS: Final = 1.5
_DERIVED: Final = {b"grid", b"iovl", b"iden"}
_CODED: Final = {b"av01", b"hvc1"}


def read_isobmff(reader: HeaderReader, limits: Limits) -> Header:
    """Return the facts of an AVIF or HEIC file.

    Raises NotAnImage, TooLarge, UnsupportedImage.  `crop` is meant for decoders that do
    not apply it: libheif does, libavif does not.
    """
    meta = read_meta(reader)
    if meta is None:  # a sequence of frames alone; the decoder reports its size
        return Header()
    main = meta.items.get(meta.primary)
    if main is None:
        raise NotAnImage("the file has no main picture")
    size = _size(meta, main)
    check_pixels(size, True, limits)
    pixels = _Pixels(reader, meta, limits)
    pixels.add(meta.primary, 0)
    for auxiliary, master in meta.alpha_of:
        if master == meta.primary and auxiliary in meta.items:
            pixels.add(auxiliary, 0)
    crops = [clean_aperture(size, _clap(data)) for data in meta.values(main, b"clap")]
    return Header(
        cicp=_cicp(meta, main) or pixels.cicp,
        crop=crops[0] if crops else None,
        decoded_pixels=pixels.total,
    )


@dataclass(slots=True)
class _Pixels:
    """Adds up the pixels that are decoded for a picture; raises TooLarge."""

    reader: HeaderReader
    meta: Meta
    limits: Limits
    total: int = 0
    derivations: int = 0
    cicp: Cicp | None = None

    def add(self, number: int, depth: int) -> None:
        """Add an item, and all that it is derived from."""
        item = self.meta.items.get(number)
        if item is None:
            raise NotAnImage(f"the picture is derived from item {number}, which is not in the file")
        self.derivations += 1
        if depth > _MAX_DEPTH or self.derivations > MAX_DERIVATIONS:
            raise TooLarge(
                f"the picture is put together from more than {MAX_DERIVATIONS} others, "
                f"or in more than {_MAX_DEPTH} steps"
            )
        if item.type in _DERIVED:
            if item.type == b"grid":
                _check_grid(self.reader, item, self.limits)
            for source in item.sources:
                self.add(source, depth + 1)
        elif item.type in _CODED:
            self._add_coded(item)
        else:
            name = item.type.decode("ascii", "replace")
            raise UnsupportedImage(
                f"the file is intact, but its picture is coded as {name!r}: supported are "
                "AV1 in AVIF, and HEVC in HEIC"
            )

    def _add_coded(self, item: Item) -> None:
        size = _size(self.meta, item)
        coded = self._coded_size(item) or size
        check_pixels(size, True, self.limits)
        self.total += max(size[0] * size[1], coded[0] * coded[1])
        most = int(min(self.limits.max_pixels, self.limits.max_pixels_whole) * _MAX_EXCESS)
        if self.total > max(most, 1 << 20):
            raise TooLarge(
                f"the picture is put together from more than {self.total:,} pixels: "
                f"at most {most:,} are accepted"
            )

    def _coded_size(self, item: Item) -> tuple[int, int] | None:
        """Return the size stated by the codec's own header; None if it has none."""
        for data in self.meta.values(item, b"hvcC"):
            return hevc_size(data)
        if item.type == b"av01" and item.location:
            sequence = av1_sequence(self.reader.read_at_most(item.location[0], 256))
            if sequence:
                self.cicp = self.cicp or sequence.cicp
                return sequence.size
        return None


def _size(meta: Meta, item: Item) -> tuple[int, int]:
    for data in meta.values(item, b"ispe"):
        if len(data) >= 12:
            return struct.unpack_from(">LL", data, 4)
    raise NotAnImage("the file is damaged: the size (ispe) of its picture is missing")


def _check_grid(reader: HeaderReader, item: Item, limits: Limits) -> None:
    """Check the output size and the number of tiles of a grid."""
    if item.location is None:
        raise NotAnImage("the grid of the picture has no description")
    data = reader.read_at_most(item.location[0], 12)
    code, step = (">LL", 8) if data[1:2] and data[1] & 1 else (">HH", 4)
    if len(data) < 4 + step:
        raise CutShort("the description of its grid is too short")
    check_pixels(struct.unpack_from(code, data, 4), True, limits)
    if (data[2] + 1) * (data[3] + 1) != len(item.sources):
        raise NotAnImage(
            f"the grid of the picture has {data[2] + 1} x {data[3] + 1} tiles, "
            f"and {len(item.sources)} are in the file"
        )


def _clap(data: bytes) -> tuple[int, int, int, int, int, int, int, int]:
    if len(data) < 32:
        raise CutShort("its crop (clap) is too short")
    # Width and height are unsigned, offsets signed, denominators positive.
    width, w, height, h, across, a, down, d = struct.unpack_from(">LLLLlLlL", data)
    return width, w, height, h, across, a, down, d


def _cicp(meta: Meta, item: Item) -> Cicp | None:
    """Return the colours of the `nclx` property; None where an ICC profile counts instead."""
    colours = list(meta.values(item, b"colr"))
    if any(data[:4] in (b"prof", b"rICC") for data in colours):
        return Cicp(2, 2)
    for data in colours:
        if data[:4] == b"nclx" and len(data) >= 8:
            return Cicp(*struct.unpack_from(">HH", data, 4))
    return None
