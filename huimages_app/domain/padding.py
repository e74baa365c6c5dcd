"""The padding of a size, and its notation: what follows `WxH` in `600x600=7,f4f4f4`.

=                   the whole picture, on white
=7                  the content box, with a margin of 7 % of the box on each side, on white
=7,f4f4f4           the same on another colour
=,none              the whole picture, on a transparent background; in JPEG on white
=7!120,0,880,1000   a corrected content box, in per mille of the upright picture
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from ..errors import BadSize
from .content import PER_MILLE, WHOLE, ContentBox, from_per_mille
from .geometry import PixelBox

WHITE: Final = "ffffff"
NONE: Final = "none"
MAX_MARGIN: Final = 40  # percent; a larger margin would leave less than a fifth of the box

_NUMBER = r"0|[1-9][0-9]{0,3}"
# The margin is a number of any size here, so that the message for a large one is precise.
PADDING_PATTERN: Final = (
    rf"=(?P<margin>{_NUMBER})?(?:,(?P<colour>[0-9a-f]{{6}}|{NONE}))?"
    rf"(?:!(?P<content>(?:{_NUMBER})(?:,(?:{_NUMBER})){{3}}))?"
)


@dataclass(frozen=True, slots=True)
class Padding:
    """The filling of the box beside the picture, and the part of the picture that is shown.

    `margin` in percent of the box; None shows the whole picture, a number its content box.
    `colour` is six hexadecimal digits, or `none` for a transparent background.  `content`
    is a corrected content box in per mille; None is the box measured at upload.
    """

    margin: int | None = None
    colour: str = WHITE
    content: PixelBox | None = None

    @classmethod
    def from_match(cls, text: str, match: re.Match[str]) -> Padding:
        """Return the padding of the size `text`, which matched the pattern; raises BadSize."""
        margin = int(match["margin"]) if match["margin"] else None
        if margin is not None and margin > MAX_MARGIN:
            raise BadSize(f"the size {text!r} has a margin of {margin} %: at most {MAX_MARGIN}")
        if match["colour"] == WHITE:
            raise BadSize(f"the size {text!r} is on white, the default: leave out ,{WHITE}")
        content = _parse_content(text, match["content"]) if match["content"] else None
        if content and margin is None:
            raise BadSize(
                f"the size {text!r} has a content box and no margin: use 0 as in 600x600=0!..."
            )
        return cls(margin, match["colour"] or WHITE, content)

    def __str__(self) -> str:
        """Return the only notation of this padding, which begins with `=`."""
        margin = "" if self.margin is None else self.margin
        colour = "" if self.colour == WHITE else f",{self.colour}"
        return f"={margin}{colour}{self.detail}"

    @property
    def detail(self) -> str:
        """Return the notation of the corrected content box, which begins with `!`; or nothing."""
        return f"!{','.join(map(str, self.content))}" if self.content else ""

    @property
    def trims(self) -> bool:
        """Return whether the content box is shown instead of the whole picture."""
        return self.margin is not None

    def shown_part(self, measured: ContentBox | None) -> ContentBox:
        """Return the part of a picture that is shown; `measured` is its own content box.

        Raises ValueError if that is needed and None.
        """
        if not self.trims:
            return WHOLE
        if self.content:
            return from_per_mille(self.content)
        if measured is None:
            raise ValueError("a trimmed size needs the content box of the original")
        return measured

    @property
    def rgb(self) -> tuple[int, int, int] | None:
        """Return the colour of the background, 0-255 each; None if it is transparent."""
        if self.colour == NONE:
            return None
        red, green, blue = bytes.fromhex(self.colour)
        return red, green, blue


def _parse_content(text: str, numbers: str) -> PixelBox:
    left, top, right, bottom = map(int, numbers.split(","))
    if not (left < right <= PER_MILLE and top < bottom <= PER_MILLE):
        raise BadSize(
            f"the size {text!r} has no valid content box: left, top, right, bottom in per mille, "
            f"from 0 to {PER_MILLE}, left before right and top before bottom"
        )
    return left, top, right, bottom
