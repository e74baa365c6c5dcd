"""The segments of a JPEG (ITU-T T.81), up to its first scan."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from ...errors import NotAnImage, TooLarge, UnsupportedImage
from ..options import Limits
from .header import Header, check_pixels
from .reader import CutShort, HeaderReader, Part

MAX_SEGMENTS: Final = 5_000
# Each scan of a progressive JPEG goes over the whole picture again; encoders make about ten.
MAX_SCANS: Final = 100
# Bytes of EXIF that are read, and bytes of all parts of an ICC profile.
_EXIF: Final = 1 << 16
_MAX_ICC: Final = 4_300_000

# Shorter runs of fill bytes are left to the decoder.
_FILLING: Final = b"\xff" * 64

_SOI, _EOI, _SOS, _APP0, _APP1, _APP2, _APP14 = 0xD8, 0xD9, 0xDA, 0xE0, 0xE1, 0xE2, 0xEE
# Markers without a length: TEM, RST0-7 and a repeated SOI.
_ALONE: Final = {0x01, *range(0xD0, 0xD9)}
_FRAMES: Final = set(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_SEQUENTIAL: Final = {0xC0, 0xC1, 0xC9}
_PROGRESSIVE: Final = {0xC2, 0xCA}
_LOSSLESS: Final = 0xC3
_SUPPORTED: Final = (
    "supported are baseline, progressive and lossless JPEG of 8 bits with 1, 3 or 4 components"
)


@dataclass(slots=True)
class _Segments:
    """The segments found so far."""

    parts: list[tuple[int, int]] = field(default_factory=lambda: [(0, 2)])
    exif: bytes = b""
    icc_bytes: int = 0
    process: int = 0
    components: int = 0
    size: tuple[int, int] = (0, 0)


def read_jpeg(reader: HeaderReader, limits: Limits) -> Header:
    """Return the facts of a JPEG.  Raises NotAnImage, TooLarge, UnsupportedImage.

    Comments, thumbnails and other application data are left out of `parts`: Pillow
    would read them byte by byte, or join them in quadratic time.
    """
    found = _Segments()
    position = 2
    for _ in range(MAX_SEGMENTS):
        start, marker = _marker(reader, position)
        position = start + 2
        if marker in _ALONE:
            continue
        if marker in (0, _EOI):
            raise NotAnImage("the JPEG file is damaged or cut short: it has no picture")
        length = int.from_bytes(reader.read(position, 2), "big")
        if length < 2:
            raise NotAnImage(f"the JPEG file is damaged: its segment at byte {start} has no length")
        if marker == _SOS:
            return _at_first_scan(reader, found, start, limits)
        _take(reader, found, marker, (start, position + length))
        position += length
    raise TooLarge(f"the JPEG has more than {MAX_SEGMENTS} segments before its picture")


def _marker(reader: HeaderReader, position: int) -> tuple[int, int]:
    """Return the offset of the next marker, after its fill bytes, and its code."""
    if reader.read(position, 1) != b"\xff":
        raise NotAnImage(f"the JPEG file is damaged: byte {position} does not begin a segment")
    code = position + 1
    if reader.read(code, 1) == b"\xff":  # fill bytes: `skip` reads a block to count them
        code = reader.skip(code, b"\xff")
    return code - 1, reader.read(code, 1)[0]


def _take(reader: HeaderReader, found: _Segments, marker: int, where: tuple[int, int]) -> None:
    """Read one segment; add it to the parts if the decoder needs it."""
    data = where[0] + 4
    size = where[1] - data
    if where[1] > reader.length:
        raise CutShort("it ends in the middle of a segment")
    if marker in _FRAMES:
        _check_frame(reader, found, marker, data)
    elif marker == _APP1:
        if not found.exif and reader.read_at_most(data, 6) == b"Exif\0\0":
            found.exif = reader.read(data, min(size, _EXIF))
        return
    elif marker == _APP2:
        found.icc_bytes += size
        if reader.read_at_most(data, 12) != b"ICC_PROFILE\0" or found.icc_bytes > _MAX_ICC:
            return
    elif (marker >= _APP0 or marker == 0xC8) and marker not in (_APP0, _APP14):
        return
    found.parts.append(where)


def _check_frame(reader: HeaderReader, found: _Segments, marker: int, data: int) -> None:
    precision, *sides, components = reader.read(data, 6)
    found.process, found.components = marker, components
    found.size = (sides[2] << 8 | sides[3], sides[0] << 8 | sides[1])
    coding = marker in _SEQUENTIAL or marker in _PROGRESSIVE or marker == _LOSSLESS
    if coding and precision == 8 and components in (1, 3, 4):
        return
    if reader.find(b"\xff\xd9", max(data, reader.length - (1 << 16))) < 0:
        raise CutShort("it has no end")
    raise UnsupportedImage(
        f"the JPEG file is intact, but of a kind that is not supported (coding process "
        f"SOF{marker - 0xC0}, {precision} bits, {components} components): {_SUPPORTED}"
    )


def _at_first_scan(reader: HeaderReader, found: _Segments, start: int, limits: Limits) -> Header:
    if not found.process:
        raise NotAnImage("the JPEG file is damaged: its picture has no frame header")
    scanned = reader.read(start + 4, 1)[0]
    whole = found.process not in _SEQUENTIAL or scanned < found.components
    check_pixels(found.size, whole, limits)
    if whole and len(reader.find_all(b"\xff\xda", start, MAX_SCANS + 1)) > MAX_SCANS:
        raise TooLarge(f"the JPEG has more than {MAX_SCANS} scans")
    lossless = found.process == _LOSSLESS
    return Header(
        frames=1,
        decoded_whole=whole,
        lossless_jpeg=lossless,
        parts=[*found.parts, *_without_filling(reader, start)],
        first_scan=sum(end - begin for begin, end in found.parts),
        exif=found.exif,
        # A coefficient has two bytes; without subsampling there is one for each sample.
        decoded_pixels=found.size[0] * found.size[1],
        bytes_per_pixel=5 + 2 * found.components if whole and not lossless else 5,
    )


def _without_filling(reader: HeaderReader, start: int) -> Iterator[Part]:
    """Yield the parts of the scans between long runs of fill bytes.

    libjpeg goes over a run again with every block that Pillow reads: 16 MB took 10 seconds.
    """
    position = start
    for _ in range(MAX_SEGMENTS):
        pending = reader.find(_FILLING, position)
        if pending < 0:
            yield (start, reader.length)
            return
        position = reader.skip(pending, b"\xff") - 1
        yield (start, pending)
        start = position
    raise TooLarge(f"the JPEG has more than {MAX_SEGMENTS} runs of fill bytes")


def has_all_scans(reader: HeaderReader, first_scan: int) -> bool:
    """Return whether there is a scan for every bit of every coefficient.

    `first_scan` is its offset.  The data in the scans are not looked at.
    """
    scans = [_scan(reader, start) for start in reader.find_all(b"\xff\xda", first_scan, MAX_SCANS)]
    left: dict[int, set[int]] = {}
    for components, first, last, bit in scans:
        for component in components:
            missing = left.setdefault(component, set(range(64)))
            if bit == 0:
                missing -= set(range(first, last + 1))
    return not any(left.values())


def _scan(reader: HeaderReader, start: int) -> tuple[bytes, int, int, int]:
    """Return components, first and last coefficient, and lowest bit of a scan."""
    count = reader.read(start + 4, 1)[0]
    data = reader.read(start + 5, 2 * count + 3)
    first, last, bits = data[2 * count :]
    return data[: 2 * count : 2], first, last, bits & 15
