"""Inspect an uploaded picture: decode all of it, and return its facts."""

from __future__ import annotations

from base64 import b64encode
from typing import BinaryIO, Final

from PIL import Image

from . import borders, colour, orientation
from .colour import Colours
from .decode import open_source
from .decoding_budget import UNLIMITED, DecodingBudget
from .difference_hash import difference_hash
from .embedded import read_embedded
from .options import Inspection, Limits
from .picture import Picture
from .pipeline import decode_sample
from .thumbhash import sample_size, thumbhash

# Mean colours are taken in sRGB from so many pixels.
_SAMPLE: Final = (16, 16)


def inspect(file: BinaryIO, limits: Limits, budget: DecodingBudget = UNLIMITED) -> Inspection:
    """Return the facts of the picture in `file`, after decoding it to its end.

    Raises NotAnImage for a file that is no picture, damaged or truncated, UnsupportedImage for an
    intact file of an unsupported kind, TooLarge beyond the limits, before decoding, and ServerBusy
    if the budget has no memory in time.  Leaves `file` open, at any position.
    """
    with open_source(file, limits, budget) as source:
        picture = decode_sample(source, limits)
        found = borders.measure(picture)
        return Inspection(
            contenttype=source.format.contenttype,
            extension=source.format.extension,
            width=source.width,
            height=source.height,
            stored_width=source.stored[0],
            stored_height=source.stored[1],
            frames=source.frames,
            placeholder=_mean(picture.image, picture.colours),
            thumbhash=_thumbhash(picture),
            embedded=read_embedded(file, source.format),
            content=found.content,
            backdrop=found.backdrop,
            phash=difference_hash(picture, found.content),
        )


def _mean(image: Image.Image, colours: Colours) -> str:
    sample = image.resize(_SAMPLE, Image.Resampling.BOX)
    sample = colour.flattened(colour.to_srgb(sample, colours))
    red, green, blue = sample.resize((1, 1), Image.Resampling.BOX).getpixel((0, 0))  # type: ignore[misc]
    return f"#{red:02x}{green:02x}{blue:02x}"


def _thumbhash(picture: Picture) -> str:
    sample = picture.image.resize(sample_size(*picture.image.size), Image.Resampling.BOX)
    sample = colour.opaque(colour.to_srgb(sample, picture.colours))
    content = thumbhash(orientation.upright(sample, picture.orientation))
    return b64encode(content).decode()
