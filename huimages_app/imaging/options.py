"""What imaging is told, and what it tells."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """What a picture may ask of us; checked before anything is decoded.

    `max_pixels_whole` holds for pictures that must be decoded as a whole before they
    can be scaled: every format but the baseline JPEG, which is scaled while decoding.
    """

    max_bytes: int = 64 * 10**6
    max_pixels: int = 100 * 10**6
    max_pixels_whole: int = 50 * 10**6
    max_frames: int = 1000


@dataclass(frozen=True, slots=True)
class Quality:
    """How well renditions are encoded, 1-100, by format.  PNG is always lossless."""

    jpeg: int = 80
    webp: int = 80
    avif: int = 60


@dataclass(frozen=True, slots=True)
class Measured:
    """What an uploaded picture is.  Sizes in pixels.

    `width` and `height` are those of the picture as it is seen, `stored_width` and
    `stored_height` those of the file, before its EXIF orientation.  `extension` has no
    dot.  `placeholder` is the mean colour on white, #rrggbb.
    """

    contenttype: str
    extension: str
    width: int
    height: int
    stored_width: int
    stored_height: int
    frames: int
    placeholder: str
