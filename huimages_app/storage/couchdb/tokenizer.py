"""Words of the search views: nearly those of `domain.tokenizer`, in Python and JavaScript.

CouchDB folds neither case nor accents, and its JavaScript may be too old to do so.  The views
get a table instead, which covers the alphabets (Latin, Greek, Cyrillic, ...), Hangul and
fullwidth forms.  Other characters stay as they are, and characters outside the Basic
Multilingual Plane separate words.  A view only has to find all images that may match;
`domain.tokenizer` decides about the document.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterable, Sequence
from importlib.resources import files
from string import ascii_lowercase, ascii_uppercase

# Views contain all prefixes of words up to this length, so that every search is newest first,
# page by page.  The rest of longer words is compared with the document.
MAX_PREFIX = 8
MAX_WORDS = 1000  # indexed words of a document

LETTERS: dict[str, str] = json.loads(
    (files(__package__) / "views/shared/letters.json").read_text(encoding="utf-8")
)
_TABLE = str.maketrans(dict(zip(LETTERS["folded"], LETTERS["plain"].split(" "), strict=True)))
_ASCII = str.maketrans(ascii_uppercase, ascii_lowercase)
_SEPARATORS = re.compile(rf"[{LETTERS['dividers']}\U00010000-\U0010ffff]+")

_SYLLABLE = re.compile("[\uac00-\ud7a3]")  # of Hangul


def prefixes(text: str) -> list[str]:
    """Return the keys that find a text in the views: the words, cut to MAX_PREFIX."""
    return [word[:MAX_PREFIX] for word in _tokenize(text)]


def _tokenize(text: str) -> list[str]:
    folded = _SYLLABLE.sub(_letters_of, text).translate(_TABLE).translate(_ASCII)
    return list(dict.fromkeys(filter(None, _SEPARATORS.split(folded))))


def _letters_of(syllable: re.Match[str]) -> str:
    return unicodedata.normalize("NFD", syllable[0])


def matches(phrases: Iterable[tuple[str, ...]], texts: Sequence[Sequence[str]]) -> bool:
    """Whether each phrase is in one of the texts, as `domain.tokenizer` defines it.

    A text is a list of words.  The last word of a phrase may be a prefix.
    """
    return all(any(_contains(text, phrase) for text in texts) for phrase in phrases)


def _contains(text: Sequence[str], phrase: tuple[str, ...]) -> bool:
    *whole, last = phrase
    size = len(whole)
    return any(
        text[start + size].startswith(last) and list(text[start : start + size]) == whole
        for start in range(len(text) - size)
    )
