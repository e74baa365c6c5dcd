"""Step 1: open a file by what it contains, and see that it keeps within the limits."""

from __future__ import annotations

import io
import os
import struct
import warnings
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, BinaryIO

from PIL import Image, ImageFile

from ..errors import NotAnImage, TooLarge
from . import header_limits, input_formats, orientation
from .input_formats import Kind
from .options import Limits

# Our limits are checked before anything is decoded; Pillow's would only warn.
Image.MAX_IMAGE_PIXELS = None
# What Pillow thinks of a file's metadata helps nobody: a picture is decoded or refused.
warnings.filterwarnings("ignore", category=UserWarning, module=r"PIL|pillow_heif")

# What Pillow's readers and decoders raise on damaged files.
_DAMAGED = (
    OSError,
    SyntaxError,
    ValueError,  # UnicodeError too
    TypeError,
    EOFError,
    LookupError,
    ArithmeticError,
    AttributeError,
    AssertionError,
    RuntimeError,
    MemoryError,  # a file that claims absurd sizes of its parts
    struct.error,
    zlib.error,
)


@dataclass(frozen=True, slots=True)
class Source:
    """An opened picture, not decoded yet.  `width` and `height` are upright."""

    kind: Kind
    image: ImageFile.ImageFile
    orientation: int
    width: int
    height: int
    stored: tuple[int, int]
    frames: int
    whole: bool  # can't be scaled while decoding


@contextmanager
def opened(file: BinaryIO, limits: Limits) -> Iterator[Source]:
    """The picture in `file`; raises NotAnImage, TooLarge.  Leaves `file` open."""
    file.seek(0)
    head = file.read(input_formats.HEAD)
    kind = input_formats.kind_of(head)
    if kind is None:
        raise NotAnImage(
            "this is no picture in a format that is taken: "
            "JPEG, PNG, WebP, GIF, TIFF, BMP, AVIF or HEIC"
        )
    length = file.seek(0, os.SEEK_END)
    if length > limits.max_bytes:
        raise TooLarge(f"the file has {length} bytes: at most {limits.max_bytes} are taken")
    exif = header_limits.png_exif(file) if kind is input_formats.PNG else b""
    frames, whole = _scanned(file, kind, head, limits)
    file.seek(0)
    with refusing_damage(kind):
        image = kind.reader(file)
        frames = frames or getattr(image, "n_frames", 1)
    with image:
        _check_pixels(image.size, whole, limits)
        if frames > limits.max_frames:
            raise TooLarge(f"the animation has {frames} frames: at most {limits.max_frames}")
        yield _source(kind, image, frames, whole, exif)


@contextmanager
def refusing_damage(kind: Kind) -> Iterator[None]:
    """Turns what Pillow raises on damaged files into NotAnImage."""
    try:
        yield
    except _DAMAGED as error:
        name = kind.extension.upper()
        raise NotAnImage(f"the {name} file is damaged or cut short ({error})") from error


def _scanned(file: BinaryIO, kind: Kind, head: bytes, limits: Limits) -> tuple[int, bool]:
    """Number of frames, 0 if the reader knows; and whether the picture is decoded as a whole."""
    if kind is input_formats.JPEG:
        return 1, header_limits.jpeg_is_whole(file)
    if kind is input_formats.GIF:
        return header_limits.gif_frames(file, limits), True
    if kind is input_formats.TIFF:
        return header_limits.tiff_pages(file, limits), True
    if kind is input_formats.WEBP and (size := header_limits.webp_size(head)):
        _check_pixels(size, True, limits)
    return 0, True


def _check_pixels(size: tuple[int, int], whole: bool, limits: Limits) -> None:
    pixels = size[0] * size[1]
    most = min(limits.max_pixels, limits.max_pixels_whole) if whole else limits.max_pixels
    if pixels > most:
        why = " in a file that must be decoded as a whole" if whole else ""
        raise TooLarge(
            f"the picture has {size[0]} x {size[1]} pixels: at most {most:,} are taken{why}"
        )
    if pixels < 1:
        raise NotAnImage("the picture has no pixels")


def _source(
    kind: Kind, image: ImageFile.ImageFile, frames: int, whole: bool, exif: bytes = b""
) -> Source:
    size = image.size
    if kind is input_formats.TIFF:
        # Pillow turns a TIFF itself while it loads, and states the upright size before.
        tags = image.tag_v2  # type: ignore[attr-defined]
        if _has_planes_of_16_bits(tags):
            raise NotAnImage("this TIFF stores its colours apart, in 16 bits: not taken")
        turn = tags.get(0x0112, 1)
        stored = orientation.turned(size, turn if turn in range(1, 9) else 1)
        return Source(kind, image, 1, *size, stored, frames, whole)
    # pillow-heif has turned the picture, too, and says so in its EXIF block.
    found = exif or image.info.get("exif")
    turn = orientation.from_exif(found) if isinstance(found, bytes) else 1
    return Source(kind, image, turn, *orientation.turned(size, turn), size, frames, whole)


def _has_planes_of_16_bits(tags: Mapping[int, Any]) -> bool:
    """Pillow takes each of such planes, if it is not compressed, for one of 8 bits."""
    apart, plain = tags.get(0x011C) == 2, tags.get(0x0103, 1) == 1
    return apart and plain and any(bits > 8 for bits in tags.get(0x0102, ()))


@dataclass(frozen=True, slots=True)
class Stated:
    """What a file says of itself in its first bytes; width and height as stored, and upright."""

    contenttype: str
    stored: tuple[int, int]
    upright: tuple[int, int]


def stated(head: bytes) -> Stated | None:
    """What a file that begins with `head` says; None if that is not in there.

    Decodes nothing.
    """
    kind = input_formats.kind_of(head)
    if kind is None:
        return None
    try:
        with refusing_damage(kind), kind.reader(io.BytesIO(head)) as image:
            source = _source(kind, image, 1, True)
    except NotAnImage:
        return None
    return Stated(kind.contenttype, source.stored, (source.width, source.height))
