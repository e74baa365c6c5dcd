"""How an original becomes a rendition: the list of steps.

    open → decode, as small as will do → scale and crop → turn upright → to sRGB
         → onto white, for JPEG → encode

Turning, colours and white come after the scaling, as there are far fewer pixels then.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final

from PIL import Image

from .. import formats
from ..errors import BadOriginal, BadUpload
from ..formats import Format
from ..sizes import Placement, Size
from . import colour, input_formats, orientation, resize
from .encode import encode
from .decode import Source, opened, refusing_damage
from .resize import Resize
from .options import Limits, Quality

# A JPEG can be decoded to a half, a quarter or an eighth, in a fraction of the time, and
# crudely: so it must stay so many times as large, in each axis, as what is wanted.  Too
# near, and the structural similarity to the exact result falls to .98.  Pictures from a
# camera have little detail as fine as their pixels, so for a half less is enough.
DECODABLE: Final = {8: 1.4, 4: 1.4, 2: 1.25}

Wanted = tuple[Size, Format, Path]


def render(
    original: BinaryIO,
    size: Size,
    format_: Format,
    target: Path,
    quality: Quality,
    limits: Limits,
    *,
    upright: tuple[int, int] | None = None,
) -> tuple[int, int]:
    """Writes the rendition of `original` to the file `target`; returns its width and height.

    `upright` is the size of the true original if `original` is a smaller copy of it.
    Raises BadOriginal if it can't be decoded, BadSize if the format can't hold the
    rendition, OSError if `target` can't be written.  The caller removes a `target`
    that was begun.  Thread-safe.
    """
    [sides] = render_many(original, [(size, format_, target)], quality, limits, upright=upright)
    return sides


def render_many(
    original: BinaryIO,
    wanted: Sequence[Wanted],
    quality: Quality,
    limits: Limits,
    *,
    upright: tuple[int, int] | None = None,
    scale: Resize = resize.best,
) -> list[tuple[int, int]]:
    """Several renditions of an original that is decoded once; otherwise as `render`."""
    try:
        with opened(original, limits) as source:
            width, height = upright or (source.width, source.height)
            placements = [size.placement(width, height) for size, _, _ in wanted]
            picture = decoded(source, placements, (width, height), limits)
    except BadUpload as error:
        raise BadOriginal(f"the original can't be decoded: {error}") from error
    for placement, (_, format_, target) in zip(placements, wanted, strict=True):
        write(picture, placement, format_, target, quality, scale)
    return [(placement.width, placement.height) for placement in placements]


@dataclass(frozen=True, slots=True)
class Picture:
    """A decoded picture, as it is stored: not upright.

    `full` is the upright size that placements are given in, `factors` says how many
    pixels of `image` there are to one of them, along the stored axes.
    """

    image: Image.Image
    full: tuple[int, int]
    factors: tuple[float, float]
    orientation: int
    profile: bytes | None


def write(
    picture: Picture,
    placement: Placement,
    format_: Format,
    target: Path,
    quality: Quality,
    scale: Resize = resize.best,
) -> None:
    """One rendition of a decoded picture."""
    image = scaled(picture, placement, scale)
    image = orientation.upright(image, picture.orientation)
    image = colour.to_srgb(image, picture.profile)
    image = colour.flattened(image) if format_ == formats.JPEG else colour.opaque(image)
    encode(image, target, format_, quality)


def decoded(
    source: Source, placements: Sequence[Placement], full: tuple[int, int], limits: Limits
) -> Picture:
    """The pixels of a source, at least as many as the placements need; raises NotAnImage."""
    with refusing_damage(source.kind):
        extent: tuple[float, float] = source.image.size
        if source.kind is input_formats.JPEG:
            divisor = _divisor(source, placements, full, limits)
            request = [max(1, side // divisor) for side in source.image.size]
            if drafted := source.image.draft(None, (request[0], request[1])):
                # With fractions: cropping by whole pixels here costs 11 dB.
                extent = drafted[1][2:]
        source.image.load()
        image = colour.scalable(source.image)
    stored = orientation.turned(full, source.orientation)
    return Picture(
        image,
        full,
        (extent[0] / stored[0], extent[1] / stored[1]),
        source.orientation,
        source.image.info.get("icc_profile"),
    )


def _divisor(
    source: Source, placements: Sequence[Placement], full: tuple[int, int], limits: Limits
) -> int:
    """By what a JPEG's sides are divided while it is decoded: 1, 2, 4 or 8."""
    # How much larger the source is than it is shown, where that is least.
    excess = min(reduction(placement) for placement in placements)
    excess *= min(source.width / full[0], source.height / full[1])
    for divisor, oversampling in DECODABLE.items():
        if excess >= divisor * oversampling:
            return divisor
    # More pixels than may be decoded as a whole never are, whatever is asked for.
    too_many = source.width * source.height > limits.max_pixels_whole
    return 2 if too_many else 1


def reduction(placement: Placement) -> float:
    """How many pixels of the original there are to one of the rendition, in one direction.

    In the direction where there are fewer.
    """
    left, top, right, bottom = placement.crop
    return min((right - left) / placement.width, (bottom - top) / placement.height)


def scaled(picture: Picture, placement: Placement, scale: Resize) -> Image.Image:
    """The part of a picture that is shown, in its size, but not upright yet."""
    box = orientation.stored_box(placement.crop, *picture.full, picture.orientation)
    size = orientation.turned((placement.width, placement.height), picture.orientation)
    width, height = picture.image.size
    exact = tuple(side * picture.factors[axis % 2] for axis, side in enumerate(box))
    left, top = max(exact[0], 0.0), max(exact[1], 0.0)
    right, bottom = min(exact[2], float(width)), min(exact[3], float(height))
    if (left, top, right, bottom) == (0, 0, *size) and size == picture.image.size:
        return picture.image
    return scale(picture.image, (left, top, right, bottom), size)
