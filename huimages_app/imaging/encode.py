"""The last step: write a picture to a file, with no metadata but the given XMP packet."""

from __future__ import annotations

import bisect
import errno
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, BinaryIO

from PIL import Image
from PIL.PngImagePlugin import PngInfo

from ..domain import formats
from ..domain.formats import Format
from ..domain.output_options import NO_OPTIONS, OutputOptions
from ..errors import BadSize
from . import adaptive
from .colour import SRGB_TAG
from .embedded.packet import MIN_SIDE
from .options import Quality

# JPEG and WebP files whose longer side has fewer pixels have no profile: it would be up to an
# eighth of the file, and pictures without one are sRGB.
_MIN_SIDE_OF_PROFILE = 640

# Longest side that a file of the format can have, in pixels.
MAX_SIDES = {formats.JPEG: 65_500, formats.WEBP: 16_383, formats.AVIF: 65_535}


def encode(
    image: Image.Image,
    target: Path | int,
    format_: Format,
    quality: Quality,
    options: OutputOptions = NO_OPTIONS,
    *,
    packet: bytes = b"",
) -> None:
    """Write an sRGB picture (RGB or RGBA; for JPEG RGB) to the file `target`.

    `target` is a path or a descriptor.  The options of a named size may set the quality, and
    lower it until the file fits; see `_fit`.  A real file, because Pillow lets other threads run
    only then.  Adaptive quality writes the file up to 7 times; see `adaptive`.
    Raises BadSize if the format can't hold the picture, OSError.
    """
    longest = MAX_SIDES.get(format_)
    if longest and max(image.size) > longest:
        raise BadSize(
            f"a {format_.extension} file can't have a side of {max(image.size)} pixels: "
            f"at most {longest}"
        )
    # Pillow would write comments and EXIF from here into the new file.
    image.info = {}
    profile = SRGB_TAG if _needs_profile(image, format_) else None
    xmp = _xmp(packet, format_) if packet and max(image.size) >= MIN_SIDE else {}

    def save(tried: int | None, settings: Quality = quality) -> int:
        with open(target, "w+b", closefd=not isinstance(target, int)) as file:
            # A descriptor is not emptied by opening it.
            file.seek(0)
            file.truncate()
            image.save(file, icc_profile=profile, **_options(format_, tried, settings), **xmp)
            if format_ == formats.JPEG:
                _demand_end(file)
            return file.seek(0, os.SEEK_END)

    wanted = quality.of(format_) and (options.quality or quality.of(format_))
    if wanted and quality.is_adaptive(format_, options) and adaptive.is_comparable(image):
        wanted, length = adaptive.save_smallest(save, target, image, wanted, quality)
    else:
        length = save(wanted)
    if wanted and options.max_bytes and length > options.max_bytes:
        _fit(save, wanted, options.max_bytes)


def _fit(save: Callable[[int], int], above: int, max_bytes: int) -> None:
    """Save the picture in the highest quality below `above` with at most `max_bytes`.

    In quality 1 if not even that file is small enough.  A bisection: at most 7 files are
    written to find the quality, and one more.
    """
    fitting = bisect.bisect_left(range(1, above), x=True, key=lambda tried: save(tried) > max_bytes)
    save(max(1, fitting))


def _needs_profile(image: Image.Image, format_: Format) -> bool:
    """Return whether the file needs an ICC profile; an AVIF file names sRGB in four numbers."""
    if format_ in {formats.JPEG, formats.WEBP}:
        return max(image.size) >= _MIN_SIDE_OF_PROFILE
    return format_ != formats.AVIF


def _xmp(packet: bytes, format_: Format) -> Mapping[str, Any]:
    """Return Pillow's options for an XMP packet."""
    if format_ != formats.PNG:
        return {"xmp": packet}
    chunks = PngInfo()
    # Not compressed: searches for the packet find it, and XMP demands it.
    chunks.add_itxt("XML:com.adobe.xmp", packet.decode(), zip=False)
    return {"pnginfo": chunks}


def _demand_end(file: BinaryIO) -> None:
    """Raise OSError if the disk took only the beginning of a JPEG.

    Pillow writes it in one call, and does not check how much was written.
    """
    file.seek(max(0, file.seek(0, os.SEEK_END) - 2))
    if file.read() != b"\xff\xd9":
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(file.name))


def _options(format_: Format, quality: int | None, settings: Quality) -> Mapping[str, Any]:
    """Return Pillow's options, chosen by measuring bytes saved against time taken.

    See docs/decisions/054.
    """
    if format_ == formats.JPEG:
        return {"format": "JPEG", "quality": quality, "subsampling": "4:2:0", "optimize": True}
    if format_ == formats.WEBP:
        return {"format": "WEBP", "quality": quality, "method": settings.webp_effort}
    if format_ == formats.AVIF:
        # One thread: several renditions are made at once already.
        return {
            "format": "AVIF",
            "quality": quality,
            "speed": 9 - settings.avif_effort,
            "subsampling": "4:2:0",
            "max_threads": 1,
        }
    return {"format": "PNG"}
