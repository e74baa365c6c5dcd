"""What counts as a word when people search: the same in every store."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from .models import Image
from .text import normalized

# A stranger's text: more words than this make a search no better, only dearer.
MAX_PHRASES = 32

_WORD = re.compile(r"[^\W_]+")
_ACCENT = re.compile(r"[\u0300-\u036f]")


def words(text: str) -> list[str]:
    """The runs of letters and digits in `text`, in order, without case and accents.

    "Straße AB-12.3" gives strasse, ab, 12, 3; "Ärmel" and "ARMEL" give armel.
    """
    plain = _ACCENT.sub("", normalized("NFKD", text.casefold()))
    return _WORD.findall(plain.casefold())


def phrases(text: str) -> list[tuple[str, ...]]:
    """What a search asks for: one phrase for everything between spaces, each once.

    The words of a phrase stand side by side, and its last one may be a beginning, so that
    the article number 10106/02 is found as typed, and by 10106/0 and 101.
    """
    found = dict.fromkeys(tuple(words(part)) for part in text.split())
    return [phrase for phrase in found if phrase][:MAX_PHRASES]


def searched(image: Image, tags: Iterable[str]) -> Iterator[list[str]]:
    """The words an image is found by, a list for each of its texts."""
    texts = [*image.titles, *tags, image.filename]
    for values in image.references.values():
        texts += values
    return (words(text) for text in texts)
