"""One spelling for characters that Unicode spells in several ways, in bounded time."""

from __future__ import annotations

import re
import unicodedata
from typing import Literal

# Python sorts the marks on a character by insertion, so strangers' texts with a long run of
# them would take time by its square, and nothing else runs meanwhile.  No writing has more than
# a few; runs as long as this one are cut, as in the Stream-Safe Text Format (UAX #15).  What is
# no letter and no digit may be a mark.
_PIECE = re.compile(r".+?(?:[^\w\s\x00-\x7f]{64}|\Z)", re.DOTALL)


def normalized(form: Literal["NFC", "NFKC", "NFKD"], text: str) -> str:
    """The text in a normal form of Unicode; a run of 64 marks begins anew behind its last."""
    if text.isascii():
        return text
    return "".join(unicodedata.normalize(form, piece) for piece in _PIECE.findall(text))
