"""The watermark: a PNG laid over a rendition."""

from __future__ import annotations

import io
from typing import Final

from PIL import Image

from ..errors import BadSetting
from .options import Watermark

MAX_BYTES: Final = 1_000_000
_MAX_PIXELS: Final = 4_000_000
# From the edges, in percent of the shorter side of the rendition.
_MARGIN: Final = 2


def checked(content: bytes) -> bytes:
    """Return the bytes of a PNG file that can be a watermark; raises BadSetting."""
    if len(content) > MAX_BYTES:
        raise BadSetting(
            f"the watermark has {len(content):,} bytes; expected at most {MAX_BYTES:,}"
        )
    try:
        with Image.open(io.BytesIO(content), formats=["PNG"]) as image:
            if image.width * image.height > _MAX_PIXELS:
                raise BadSetting(
                    f"the watermark has {image.width} x {image.height} pixels; "
                    f"expected at most {_MAX_PIXELS:,}"
                )
            image.load()
    # Pillow raises these, and SyntaxError, for damaged files.
    except (OSError, ValueError, SyntaxError) as error:
        raise BadSetting(f"the watermark is no PNG file, or a damaged one: {error}") from None
    return content


def placed(image: Image.Image, mark: Watermark) -> Image.Image:
    """Return a picture (RGB or RGBA) with the watermark on it.

    The watermark is scaled to its share of the width, or to less where it would not fit into
    the height.
    """
    margin = round(min(image.size) * _MARGIN / 100)
    overlay = _scaled(mark, image.width, image.height - 2 * margin)
    left = _offset(mark.horizontal, image.width - overlay.width, margin)
    top = _offset(mark.vertical, image.height - overlay.height, margin)
    image = image.copy()
    if image.mode == "RGBA":
        image.alpha_composite(overlay, (left, top))
    else:
        image.paste(overlay, (left, top), overlay)
    return image


def _scaled(mark: Watermark, width: int, height: int) -> Image.Image:
    with Image.open(io.BytesIO(mark.content), formats=["PNG"]) as file:
        overlay = file.convert("RGBA")
    factor = min(width * mark.width / 100 / overlay.width, max(1, height) / overlay.height)
    size = (max(1, round(overlay.width * factor)), max(1, round(overlay.height * factor)))
    overlay = overlay.resize(size, Image.Resampling.LANCZOS, reducing_gap=3.0)
    alpha = overlay.getchannel("A").point([round(tone * mark.opacity / 100) for tone in range(256)])
    overlay.putalpha(alpha)
    return overlay


def _offset(share: float, room: int, margin: int) -> int:
    """Return where the watermark begins; `share` is 0 at one edge and 1 at the other."""
    least = min(margin, room // 2) if room > 0 else 0
    return round(least + share * (room - 2 * least))
