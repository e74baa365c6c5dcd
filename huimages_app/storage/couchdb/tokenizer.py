"""Keys of the search views: nearly those of `domain.tokenizer`, in Python and JavaScript.

CouchDB folds neither case nor accents, and its JavaScript may be too old to do so.  The views
get a table instead, which covers the alphabets (Latin, Greek, Cyrillic, ...), Hangul and
fullwidth forms.  Other characters stay as they are, and letters outside the Basic Multilingual
Plane separate words.  A view only has to find all images that may match; `domain.tokenizer`
decides about the document.

A key selects its rows exactly, not as a range, because only then are they newest first.  So a
view contains the beginnings of a word, and the runs of RUNS characters from anywhere in it.
A longer word of a search is looked up by one of its runs and compared with the document.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from importlib.resources import files
from string import ascii_lowercase, ascii_uppercase

from ...domain.tokenizer import MIN_INNER, may_be_inside

RUNS = (MIN_INNER, 5)  # longer runs are as good as unique
MAX_PREFIX = 8  # longest beginning of a word; nodes with views of version 1 read all of them
MAX_KEYS = 10_000  # keys of a document

# Scripts without spaces between words, where each character is a word, and emoji: the ranges
# of `domain.tokenizer` in the Basic Multilingual Plane, as escapes for Python and JavaScript.
SINGLE = (
    r"\u0e01-\u0e4e\u0e81-\u0ece\u1000-\u103f\u1780-\u17d3\u2e80-\u2fdf\u3005-\u3007"
    r"\u3041-\u30ff\u3105-\u312f\u31a0-\u31bf\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
    r"\u2300-\u23ff\u2600-\u27bf\u2b00-\u2bff"
)
_SINGLE_ABOVE = "\U0001f000-\U0001fbff\U00020000-\U0003ffff"
_SURROGATES = r"[\ud83c-\ud83e\ud840-\ud8bf][\udc00-\udfff]"  # the same in UTF-16

LETTERS: dict[str, str] = json.loads(
    (files(__package__) / "views/shared/letters.json").read_text(encoding="utf-8")
)
_TABLE = str.maketrans(dict(zip(LETTERS["folded"], LETTERS["plain"].split(" "), strict=True)))
_ASCII = str.maketrans(ascii_uppercase, ascii_lowercase)

WORD_JS = f"/[{SINGLE}]|{_SURROGATES}|[^{SINGLE}{LETTERS['dividers']}]+/g"
_WORD = re.compile(
    f"[{SINGLE}{_SINGLE_ABOVE}]|[^{SINGLE}{LETTERS['dividers']}\U00010000-\U0010ffff]+"
)
_SYLLABLE = re.compile("[\uac00-\ud7a3]")  # of Hangul


def index_keys(texts: Iterable[str]) -> list[str]:
    """Return the keys of texts in the views by_word."""
    words = _tokenize(" ".join(texts))
    return list(dict.fromkeys(key for word in words for key in _keys(word)))[:MAX_KEYS]


def search_keys(phrases: Iterable[tuple[str, ...]]) -> list[str]:
    """Return keys that find every text with these phrases, one for each word, longest last."""
    found = {key for phrase in phrases for key in _keys_of_phrase(phrase)}
    return sorted(found, key=lambda key: (len(key), key))


def _keys_of_phrase(phrase: tuple[str, ...]) -> Iterator[str]:
    # The views may split a word where `domain.tokenizer` does not.
    pieces = [piece for word in phrase for piece in _tokenize(word)]
    for number, piece in enumerate(pieces):
        # A short first piece of a longer word may be inside of a word, where it is no key.
        if len(piece) >= MIN_INNER or number or not may_be_inside(phrase[0]):
            yield _key(piece)


def _key(word: str) -> str:
    """Return the longest run in the middle: the joint of a compound is rarer than its parts."""
    size = max((length for length in RUNS if length <= len(word)), default=len(word))
    start = (len(word) - size) // 2
    return word[start : start + size]


def _keys(word: str) -> Iterator[str]:
    for length in range(1, min(len(word), MAX_PREFIX) + 1):
        yield word[:length]
    for start in range(1, len(word)):
        for length in RUNS:
            if start + length <= len(word):
                yield word[start : start + length]


def _tokenize(text: str) -> list[str]:
    return _WORD.findall(_SYLLABLE.sub(_letters_of, text).translate(_TABLE).translate(_ASCII))


def _letters_of(syllable: re.Match[str]) -> str:
    return unicodedata.normalize("NFD", syllable[0])


def matches(phrases: Iterable[tuple[str, ...]], texts: Iterable[Sequence[str]]) -> bool:
    """Return whether each phrase is in one of the texts, which are lists of words."""
    joined = [" " + " ".join(words) for words in texts]
    return all(any(_joined(phrase) in text for text in joined) for phrase in phrases)


def _joined(phrase: tuple[str, ...]) -> str:
    text = " ".join(phrase)
    return text if may_be_inside(phrase[0]) else " " + text
