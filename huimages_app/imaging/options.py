"""Parameters and results of imaging."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path

from ..domain.content import ContentBox
from ..domain.embedded import Embedded
from ..domain.formats import AVIF, Format
from ..domain.output_options import OutputOptions
from ..domain.sizes import Size


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds of a picture, checked before anything is decoded.

    `max_pixels_whole` holds for pictures that must be decoded as a whole before they
    can be scaled: every format but the baseline JPEG, which is scaled while decoding.
    """

    max_bytes: int = 64 * 10**6
    max_pixels: int = 100 * 10**6
    max_pixels_whole: int = 50 * 10**6
    max_frames: int = 1000


@dataclass(frozen=True, slots=True)
class Quality:
    """Encoder quality of renditions, 1-100, by format.  PNG is always lossless.

    The efforts say how long an encoder searches for a smaller file: 0-6 for WebP, 0-9 for AVIF.
    Adaptive quality is the lowest one that keeps `similarity` to the exact picture, and at most
    the quality of the format; `adaptive` holds for sizes without a quality of their own.
    """

    jpeg: int = 80
    webp: int = 80
    avif: int = 60
    webp_effort: int = 4
    avif_effort: int = 5
    similarity: float = 0.97
    adaptive: bool = False

    def of(self, format_: Format) -> int | None:
        """Return the quality of a format; None for PNG."""
        return getattr(self, format_.extension, None)

    def is_adaptive(self, format_: Format, options: OutputOptions) -> bool:
        """Return whether the quality of a rendition depends on the picture."""
        is_lossy = self.of(format_) is not None
        return is_lossy and self.similarity > 0 and options.is_adaptive(by_default=self.adaptive)

    def takes_long(self, format_: Format, options: OutputOptions) -> bool:
        """Return whether a file takes so long that requests get a quick one first."""
        return (format_ == AVIF and self.avif_effort > 0) or self.is_adaptive(format_, options)

    def quick(self) -> Quality:
        """Return the quality of files for which a request waits: never lower, with less effort."""
        return replace(self, avif_effort=0, similarity=0)


@dataclass(frozen=True, slots=True)
class Watermark:
    """A picture laid over renditions: a PNG file of at most 1 MB.

    `horizontal` and `vertical` are its place, from 0 (left, top) to 1 (right, bottom).
    `width` is in percent of the rendition's, `opacity` in percent.
    """

    content: bytes = field(repr=False)
    horizontal: float = 1
    vertical: float = 1
    width: int = 25
    opacity: int = 50


@dataclass(frozen=True, slots=True)
class RenditionTarget:
    """A rendition to make, and the file to write it to: a path or a descriptor.

    `content` is the content box of the original; None if it is not known.  `watermark` is for
    sizes that show one.  `packet` is XMP for the file, if that is large enough to hold one;
    empty for none, None for one with the rights that the original states.
    """

    size: Size
    format: Format
    path: Path | int
    content: ContentBox | None = None
    watermark: Watermark | None = None
    packet: bytes | None = b""

    @property
    def needs_content(self) -> bool:
        """Return whether the content box must be measured first."""
        return self.content is None and self.size.needs_content


@dataclass(frozen=True, slots=True)
class Inspection:
    """Facts of an uploaded picture.  Sizes in pixels.

    `width` and `height` are those of the upright picture, `stored_width` and
    `stored_height` those before its EXIF orientation.  `extension` has no dot.
    `placeholder` is the mean colour on white, #rrggbb; `thumbhash` a picture of 25 bytes,
    in Base64.
    `content` is the part within the even borders, and `backdrop` their colour, #rrggbb, or empty.
    `phash` is the perceptual hash of `content`: see `domain.likeness`.
    """

    contenttype: str
    extension: str
    width: int
    height: int
    stored_width: int
    stored_height: int
    frames: int
    placeholder: str
    thumbhash: str
    embedded: Embedded
    content: ContentBox
    backdrop: str
    phash: str
