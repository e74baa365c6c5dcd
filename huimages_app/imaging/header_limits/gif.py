"""The blocks of a GIF (89a)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from ...errors import NotAnImage, TooLarge
from ..options import Limits
from .header import Header, check_frames, check_pixels
from .reader import CutShort, HeaderReader, Part

# A block has up to 255 bytes, and in most files it has.
MAX_BLOCKS: Final = 400_000
_IMAGE, _EXTENSION, _TRAILER, _CONTROL = 0x2C, 0x21, 0x3B, 0xF9
_CANVAS: Final = 13  # bytes of signature and logical screen descriptor


@dataclass(slots=True)
class _Blocks:
    """The blocks found so far; `control` is the last graphic control extension."""

    parts: list[Part] = field(default_factory=list)
    control: tuple[int, int] | None = None
    frames: int = 0
    blocks: int = 0


def read_gif(reader: HeaderReader, limits: Limits) -> Header:
    """Return the facts of a GIF.  Raises NotAnImage, TooLarge.

    The decoder gets the first frame alone: Pillow joins the blocks of a comment in quadratic time,
    and damage after the first frame does no harm.
    """
    head = reader.read(0, _CANVAS)
    size = (int.from_bytes(head[6:8], "little"), int.from_bytes(head[8:10], "little"))
    check_pixels(size, True, limits)
    position = _CANVAS + _palette_bytes(head[10])
    found = _Blocks(parts=[(0, position)])
    try:
        while position < reader.length:
            position = _block(reader, found, position)
            if position < 0:
                break
            check_frames(found.frames, limits)
    except CutShort:
        if not found.frames:
            raise
    if not found.frames:
        raise NotAnImage("the GIF file is damaged or cut short: it has no picture")
    return Header(
        frames=found.frames,
        parts=[*found.parts, b";"],
        decoded_pixels=size[0] * size[1],
        bytes_per_pixel=9,
    )


def _block(reader: HeaderReader, found: _Blocks, start: int) -> int:
    """Read one block at `start`; return the offset of the next, -1 after the last."""
    code = reader.read(start, 1)[0]
    if code == _TRAILER:
        return -1
    if code == _IMAGE:
        flags = reader.read(start, 10)[9]
        end = _data_end(reader, found, start + 11 + _palette_bytes(flags))
        if not found.frames:
            found.parts += [*([found.control] if found.control else []), (start, end)]
        found.frames += 1
        return end
    if code == _EXTENSION:
        label = reader.read(start + 1, 1)[0]
        end = _data_end(reader, found, start + 2)
        if label == _CONTROL:
            found.control = (start, end)
        return end
    _count(found)  # padding, as some programs leave it
    return start + 1


def _data_end(reader: HeaderReader, found: _Blocks, position: int) -> int:
    """Return the offset after a series of data blocks."""
    while length := reader.read(position, 1)[0]:
        position += 1 + length
        _count(found)
    return position + 1


def _count(found: _Blocks) -> None:
    found.blocks += 1
    if found.blocks > MAX_BLOCKS:
        raise TooLarge(f"the GIF has more than {MAX_BLOCKS} blocks")


def _palette_bytes(flags: int) -> int:
    return 3 << (flags & 7) + 1 if flags & 0x80 else 0
