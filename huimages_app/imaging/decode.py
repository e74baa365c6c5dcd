"""Step 1: open a file by its contents, check it against the limits, decode it."""

from __future__ import annotations

import errno
import io
import logging
import struct
import warnings
import zlib
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import BinaryIO, Final

from PIL import Image, ImageFile

from ..errors import HuimagesError, NotAnImage, UnsupportedImage
from . import header_limits, input_formats, orientation, png_transparency, tiff_samples
from .allocator import return_large_blocks
from .decoding_budget import UNLIMITED, DecodingBudget
from .header_limits import CutShort, Header, HeaderReader, TiffLayout
from .input_formats import InputFormat
from .jpeg_ending import load_without_end
from .options import Limits

log = logging.getLogger(__name__)

# Our limits are checked before anything is decoded; Pillow's would only warn.
Image.MAX_IMAGE_PIXELS = None
return_large_blocks()
# Warnings about a file's metadata are of no use: a picture is decoded or refused.
warnings.filterwarnings("ignore", category=UserWarning, module=r"PIL|pillow_heif")

# What Pillow's readers and decoders raise on damaged files.
_DAMAGED: Final = (
    CutShort,
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
# Errors of the system that a damaged file causes: a negative or absurd offset.
_CAUSED_BY_OFFSETS: Final = {errno.EINVAL, errno.EOVERFLOW}


@dataclass(frozen=True, slots=True)
class Source:
    """An opened picture, not decoded yet.

    `width` and `height` are upright; `stored` is the size before the orientation.  `file`
    is what the decoder reads; `reserve` holds memory for so many pixels until it is closed.
    """

    format: InputFormat
    image: ImageFile.ImageFile
    file: BinaryIO
    header: Header
    orientation: int
    width: int
    height: int
    stored: tuple[int, int]
    frames: int
    reserve: Callable[[int], None]

    @property
    def profile(self) -> bytes | None:
        """The ICC profile of the file."""
        if self.header.icc is not None:
            return self.header.icc
        profile = self.image.info.get("icc_profile")
        return profile if isinstance(profile, bytes) else None


@dataclass(frozen=True, slots=True)
class HeaderInfo:
    """Type and sizes that a file states, as stored and upright."""

    contenttype: str
    stored: tuple[int, int]
    upright: tuple[int, int]


@contextmanager
def open_source(
    file: BinaryIO, limits: Limits, budget: DecodingBudget = UNLIMITED, *, output: int = 0
) -> Iterator[Source]:
    """Open the picture in `file`, with memory for its decoding and `output` bytes reserved.

    Both are one reservation, so that two pictures cannot wait for each other's memory.
    Raises NotAnImage, UnsupportedImage, TooLarge, ServerBusy.  Leaves `file` open.
    """
    file.seek(0)
    format_ = input_formats.detect(file.read(input_formats.HEAD))
    if format_ is None:
        raise NotAnImage(
            "this is no picture in an accepted format: "
            "JPEG, PNG, WebP, GIF, TIFF, BMP, AVIF or HEIC"
        )
    with refusing_damage(format_):
        header = header_limits.read_header(file, format_, limits)
    with ExitStack() as reservation:

        def reserve(pixels: int) -> None:
            size = int(pixels * header.bytes_per_pixel) + output
            reservation.enter_context(budget.reserve(size))

        if header.decoded_whole and header.decoded_pixels:
            reserve(header.decoded_pixels)
        source = _opened(file, format_, header, limits, reserve)
        with source.image:
            yield source


@contextmanager
def refusing_damage(format_: InputFormat) -> Iterator[None]:
    """Turn what parsers and decoders raise on damaged files into NotAnImage."""
    try:
        yield
    except HuimagesError:
        raise
    except Exception as error:
        if isinstance(error, OSError) and error.errno not in {None, *_CAUSED_BY_OFFSETS}:
            raise  # the disk, not the file
        if not isinstance(error, _DAMAGED):
            log.exception("decoder failed unexpectedly format=%s", format_.extension)
        name = format_.extension.upper()
        raise NotAnImage(f"the {name} file is damaged or cut short ({error})") from error


def read_header(file: BinaryIO, limits: Limits, budget: DecodingBudget = UNLIMITED) -> HeaderInfo:
    """Return type and sizes that a picture states.  Decodes nothing; raises as `open_source`."""
    with open_source(file, limits, budget) as source:
        upright = source.width, source.height
        return HeaderInfo(source.format.contenttype, source.stored, upright)


def probe(head: bytes) -> HeaderInfo | None:
    """Return type and sizes stated in the first bytes of a file; None if they are not there.

    Decodes nothing.
    """
    format_ = input_formats.detect(head)
    if format_ is None:
        return None
    try:
        with refusing_damage(format_), format_.reader(io.BytesIO(head)) as image:
            _, upright, stored = _sizes(format_, image, Header())
    except NotAnImage:
        return None
    return HeaderInfo(format_.contenttype, stored, upright)


def load(
    source: Source, draft: tuple[int, int] | None = None
) -> tuple[Image.Image, tuple[float, float]]:
    """Decode the pixels of a source, by its orientation not turned yet.

    A baseline JPEG is decoded as small as `draft` allows.  Returns the picture in its own
    mode, and the size in its pixels, with fractions, that the whole stored picture has.
    """
    image = source.image
    extent: tuple[float, float] = image.size
    with refusing_damage(source.format):
        stated = image.size
        if draft and (drafted := image.draft(None, draft)):
            # With fractions: cropping by whole pixels here costs 11 dB.
            extent, stated = drafted[1][2:], image.size
        if not source.header.decoded_whole:
            source.reserve(stated[0] * stated[1])
        if source.format is input_formats.JPEG:
            image = load_without_end(image, source.file, source.header, draft)
        else:
            image.load()
        if image.size != stated:
            raise NotAnImage(
                f"the picture has {image.size[0]} x {image.size[1]} pixels, "
                f"and its header states {stated[0]} x {stated[1]}"
            )
        shown = _shown(source, image)
    return shown, shown.size if source.header.crop else extent


def _opened(
    file: BinaryIO,
    format_: InputFormat,
    header: Header,
    limits: Limits,
    reserve: Callable[[int], None],
) -> Source:
    file.seek(0)
    content = file if header.parts is None else header_limits.partial_file(file, header.parts)
    with refusing_damage(format_):
        image = _reader(format_, content, file, header.tiff)
        frames = header.frames or getattr(image, "n_frames", 1)
    header_limits.check_pixels(image.size, header.decoded_whole, limits)
    if header.decoded_whole and not header.decoded_pixels:
        reserve(image.size[0] * image.size[1])
    header_limits.check_frames(frames, limits)
    turn, upright, stored = _sizes(format_, image, header)
    return Source(format_, image, content, header, turn, *upright, stored, frames, reserve)


def _reader(
    format_: InputFormat, content: BinaryIO, file: BinaryIO, layout: TiffLayout | None
) -> ImageFile.ImageFile:
    if format_ is not input_formats.TIFF or layout is None:
        return format_.reader(content)
    try:
        if not tiff_samples.is_supported(layout):
            raise ValueError(f"{layout.bits} bits in separate planes")
        return format_.reader(content)
    except _DAMAGED as error:
        header_limits.require_whole(HeaderReader(file))
        raise UnsupportedImage(
            f"the TIFF file is intact, but of a kind that is not supported ({error}): supported "
            "are grey of 1 to 32 bits and floating point, RGB and CMYK of 8 and 16 bits, palettes, "
            "YCbCr and CIELab, with usual compression"
        ) from error


def _sizes(
    format_: InputFormat, image: ImageFile.ImageFile, header: Header
) -> tuple[int, tuple[int, int], tuple[int, int]]:
    """Return orientation, upright and stored size of an opened picture."""
    size = image.size
    if format_ is input_formats.TIFF:
        # Pillow turns a TIFF itself while it loads, and states the upright size before.
        tags = image.tag_v2  # type: ignore[attr-defined]
        turn = tags.get(0x0112, 1)
        return 1, size, orientation.turned(size, turn if turn in range(1, 9) else 1)
    if header.crop and format_ is input_formats.AVIF:
        left, top, right, bottom = header.crop
        size = (right - left, bottom - top)
    # pillow-heif has turned the picture, too, and resets the EXIF orientation.
    exif = image.info.get("exif") if header.exif is None else header.exif
    turn = orientation.from_exif(exif) if isinstance(exif, bytes) else 1
    return turn, orientation.turned(size, turn), size


def _shown(source: Source, image: Image.Image) -> Image.Image:
    """Return what is shown of a decoded picture: its crop, its transparency, its tones."""
    header = source.header
    if header.crop and source.format is input_formats.AVIF:
        return image.crop(header.crop)
    if header.transparent:
        return png_transparency.with_transparency(image, header, source.file)
    if source.format is input_formats.GIF:
        return _on_canvas(source.image)
    if header.tiff:
        return tiff_samples.to_8_bits(image, header.tiff)
    return image


def _on_canvas(image: ImageFile.ImageFile) -> Image.Image:
    """Return the first frame of a GIF on its canvas, which is transparent around it."""
    box = getattr(image, "dispose_extent", (0, 0, *image.size))
    if tuple(box) == (0, 0, *image.size):
        return image
    canvas = Image.new("RGBA", image.size)
    canvas.paste(image.convert("RGBA").crop(box), box)
    return canvas
