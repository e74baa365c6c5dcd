"""The pipeline from an original to a rendition: the list of steps.

    open → decode, as small as will do → scale and crop → turn upright → to sRGB
         → onto white, for JPEG → pad → effects of a named size → encode

Turning, colours, white and padding come after the scaling, as there are far fewer pixels then.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import BinaryIO, Final

from PIL import Image

from ..domain.content import ContentBox
from ..domain.geometry import Placement
from ..domain.sizes import Size
from ..errors import BadUpload, CorruptOriginal
from ..observation.steps import step
from . import adaptive, background, borders, colour, effects, input_formats, orientation, resize
from .colour import Colours
from .decode import Source, load, open_source
from .decoding_budget import UNLIMITED, DecodingBudget
from .embedded import rights_in, xmp_packet
from .encode import encode
from .options import Limits, Quality, RenditionTarget
from .picture import Picture

# A JPEG can be decoded to a half, a quarter or an eighth, in a fraction of the time, and
# crudely: so it must stay so many times as large, in each axis, as what is wanted.  Too
# near, and the structural similarity to the exact result falls to .98.  Pictures from a
# camera have little detail as fine as their pixels, so for a half less is enough.
DECODABLE: Final = {8: 1.4, 4: 1.4, 2: 1.25}
# JPEGs of 320 pixels and more are decoded to about 400 for the measuring of borders.
_SAMPLE: Final = Size(320, 320)
# Of a pixel in memory: Pillow keeps RGB in four, too.
_BYTES: Final = 4


def render(
    original: BinaryIO,
    target: RenditionTarget,
    quality: Quality,
    limits: Limits,
    *,
    full_size: tuple[int, int] | None = None,
    budget: DecodingBudget = UNLIMITED,
) -> tuple[int, int]:
    """Write a rendition of `original` to the target's file; return its width and height.

    `full_size` is the upright size of the true original if `original` is a preview of it.
    Raises CorruptOriginal if it can't be decoded, BadSize if the format can't hold the
    rendition, ServerBusy if the budget has no memory in time, OSError if the file can't be
    written.  The caller removes a file that was begun.  Thread-safe.
    """
    [sides] = render_many(original, [target], quality, limits, full_size=full_size, budget=budget)
    return sides


def render_many(
    original: BinaryIO,
    targets: Sequence[RenditionTarget],
    quality: Quality,
    limits: Limits,
    *,
    full_size: tuple[int, int] | None = None,
    budget: DecodingBudget = UNLIMITED,
) -> list[tuple[int, int]]:
    """Write several renditions of an original that is decoded once; otherwise as `render`."""
    try:
        content = None
        if any(target.needs_content for target in targets):
            if full_size is not None:
                raise ValueError("the content box of an original can't be measured in a preview")
            content = measure(original, limits, budget)
        targets = [_with_packet(target, original) for target in targets]
        # Only a padded rendition can be larger than what is decoded for it.
        canvas = _BYTES * max(target.size.padded_pixels for target in targets)
        if any(quality.is_adaptive(target.format, target.size.options) for target in targets):
            canvas += adaptive.MAX_BYTES
        with open_source(original, limits, budget, output=canvas) as source:
            full = full_size or (source.width, source.height)
            placements = [
                target.size.placement(*full, target.content or content) for target in targets
            ]
            picture = decode(source, placements, full, limits)
            for placement, target in zip(placements, targets, strict=True):
                write(picture, placement, target, quality)
    except BadUpload as error:
        raise CorruptOriginal(f"the original can't be decoded: {error}") from error
    return [(placement.width, placement.height) for placement in placements]


def _with_packet(target: RenditionTarget, original: BinaryIO) -> RenditionTarget:
    if target.packet is not None:
        return target
    return replace(target, packet=xmp_packet(rights_in(original)))


def measure(original: BinaryIO, limits: Limits, budget: DecodingBudget) -> ContentBox:
    """Return the content box of an original; raises BadUpload, ServerBusy."""
    with open_source(original, limits, budget) as source:
        return borders.measure(decode_sample(source, limits)).content


def decode_sample(source: Source, limits: Limits) -> Picture:
    """Return a picture decoded as small as the measuring of its borders permits.

    A large JPEG is decoded at an eighth of its size, but completely.
    """
    full = (source.width, source.height)
    return decode(source, [_SAMPLE.placement(*full)], full, limits)


def write(
    picture: Picture, placement: Placement, target: RenditionTarget, quality: Quality
) -> None:
    """Write one rendition of a decoded picture."""
    with step("scale"):
        image = scale(picture, placement)
        image = orientation.upright(image, picture.orientation)
        image = colour.to_srgb(image, picture.colours)
        image = background.filled(image, placement, target.size.padding, target.format)
        image = effects.applied(image, target.size.options, target.watermark)
    with step("encode"):
        options = target.size.options
        encode(image, target.path, target.format, quality, options, packet=target.packet or b"")


def decode(
    source: Source, placements: Sequence[Placement], full: tuple[int, int], limits: Limits
) -> Picture:
    """Return the pixels of a source, at least as many as the placements need.

    Raises NotAnImage, UnsupportedImage, ServerBusy.
    """
    draft = None
    if source.format is input_formats.JPEG and not source.header.lossless_jpeg:
        divisor = _divisor(source, placements, full, limits)
        width, height = source.image.size
        draft = (max(1, width // divisor), max(1, height // divisor))
    with step("decode"):
        image, extent = load(source, draft)
    stored = orientation.turned(full, source.orientation)
    return Picture(
        colour.scalable(image),
        full,
        (extent[0] / stored[0], extent[1] / stored[1]),
        source.orientation,
        Colours(source.profile, source.header.cicp),
    )


def _divisor(
    source: Source, placements: Sequence[Placement], full: tuple[int, int], limits: Limits
) -> int:
    """Return by what a JPEG's sides are divided while it is decoded: 1, 2, 4 or 8."""
    # How much larger the source is than it is shown, where that is least.
    excess = min(reduction(placement) for placement in placements)
    excess *= min(source.width / full[0], source.height / full[1])
    for divisor, oversampling in DECODABLE.items():
        if excess >= divisor * oversampling:
            return divisor
    # More pixels than may be decoded as a whole never are, at any size.
    too_many = source.width * source.height > limits.max_pixels_whole
    return 2 if too_many else 1


def reduction(placement: Placement) -> float:
    """Return the pixels of the original for one of the rendition, in the axis with fewer."""
    left, top, right, bottom = placement.crop
    width, height = placement.shown
    return min((right - left) / width, (bottom - top) / height)


def scale(picture: Picture, placement: Placement) -> Image.Image:
    """Return the part of a picture that is shown, in its size, not upright and padded yet."""
    box = orientation.stored_box(placement.crop, *picture.full, picture.orientation)
    size = orientation.turned(placement.shown, picture.orientation)
    width, height = picture.image.size
    exact = tuple(side * picture.factors[axis % 2] for axis, side in enumerate(box))
    left, top = max(exact[0], 0.0), max(exact[1], 0.0)
    right, bottom = min(exact[2], float(width)), min(exact[3], float(height))
    if (left, top, right, bottom) == (0, 0, *size) and size == picture.image.size:
        return picture.image
    return resize.best(picture.image, (left, top, right, bottom), size)
