"""The words of the search views: those of `stores.words`, nearly, in Python and JavaScript.

CouchDB folds no case and no accents, and its JavaScript may be too old to know how, so
the views get a table.  It covers the alphabets (Latin, Greek, Cyrillic, …), Hangul and
fullwidth forms; other letters stay as they are, and what lies outside the basic plane
divides words.
A view only has to find all that may match: `stores.words` has the last word on a document.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterable, Sequence
from importlib.resources import files
from string import ascii_lowercase, ascii_uppercase

# Views hold the beginnings of words up to this length; longer ones are compared with the
# document.  It is the price of every search being newest first, page by page.
LONGEST = 8
MOST_WORDS = 1000  # of one document; the search does not find what comes behind

LETTERS: dict[str, str] = json.loads(
    (files(__package__) / "views/shared/letters.json").read_text(encoding="utf-8")
)
_TABLE = str.maketrans(dict(zip(LETTERS["folded"], LETTERS["plain"].split(" "), strict=True)))
_ASCII = str.maketrans(ascii_uppercase, ascii_lowercase)
_DIVIDERS = re.compile(rf"[{LETTERS['dividers']}\U00010000-\U0010ffff]+")

_SYLLABLE = re.compile("[\uac00-\ud7a3]")  # of Hangul


def beginnings(text: str) -> list[str]:
    """What to ask the views for to find a text: the beginning of each of its words."""
    return [word[:LONGEST] for word in _words(text)]


def _words(text: str) -> list[str]:
    folded = _SYLLABLE.sub(_letters_of, text).translate(_TABLE).translate(_ASCII)
    return list(dict.fromkeys(filter(None, _DIVIDERS.split(folded))))


def _letters_of(syllable: re.Match[str]) -> str:
    return unicodedata.normalize("NFD", syllable[0])


def matches(phrases: Iterable[tuple[str, ...]], texts: Sequence[Sequence[str]]) -> bool:
    """Whether each phrase stands in one of the texts, as `stores.words` says it must.

    A text is a list of words; the last word of a phrase may be a beginning.
    """
    return all(any(_stands_in(phrase, text) for text in texts) for phrase in phrases)


def _stands_in(phrase: tuple[str, ...], text: Sequence[str]) -> bool:
    *whole, last = phrase
    size = len(whole)
    return any(
        text[place + size].startswith(last) and list(text[place : place + size]) == whole
        for place in range(len(text) - size)
    )
