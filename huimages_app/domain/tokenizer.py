"""The words of a search, the same in every storage backend.

A search is a list of phrases, one for each run of characters between spaces.  A phrase is
found where its words are adjacent in one text of the image; its last word may be the
beginning of a longer one, and its first word the end of a longer one if it has at least
MIN_INNER characters.  So the article number 10107/02 is found by 10107/0, 107/02 and 0107.

Chinese, Japanese, Thai and some other scripts put no spaces between words.  There each
character is a word, and so is each emoji: 自転車 is found inside 日本語の自転車.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from .models import Image
from .text import normalized

# The text is untrusted: more phrases make a search slower and no better.
MAX_PHRASES = 32

# Shortest word that is found inside of longer ones.
MIN_INNER = 3

# Character ranges of scripts without spaces between words: Thai, Lao, Myanmar, Khmer,
# Han with its radicals, Kana, Bopomofo.
_UNSPACED = (
    "\u0e01-\u0e4e\u0e81-\u0ece\u1000-\u103f\u1780-\u17d3\u2e80-\u2fdf\u3005-\u3007"
    "\u3041-\u30ff\u3105-\u312f\u31a0-\u31bf\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
    "\U00020000-\U0003ffff"
)
_EMOJI = "\u2300-\u23ff\u2600-\u27bf\u2b00-\u2bff\U0001f000-\U0001fbff"
_SINGLE = re.compile(f"[{_UNSPACED}{_EMOJI}]")
_WORD = re.compile(rf"{_SINGLE.pattern}|[^\W_{_UNSPACED}{_EMOJI}]+")
_ACCENT = re.compile(r"[\u0300-\u036f]")


def tokenize(text: str) -> list[str]:
    """Return the words of `text` in order, without case and accents.

    "Straße AB-12.3" gives strasse, ab, 12, 3; "Ärmel" and "ARMEL" give armel; "写真 🎄"
    gives 写, 真, 🎄.
    """
    return _WORD.findall(fold(text))


def fold(text: str) -> str:
    """Return the text without case and accents."""
    return _ACCENT.sub("", normalized("NFKD", text.casefold())).casefold()


def parse_query(text: str) -> list[tuple[str, ...]]:
    """Return the phrases of a search, each once, as tuples of words."""
    found = dict.fromkeys(tuple(tokenize(part)) for part in text.split())
    return [phrase for phrase in found if phrase][:MAX_PHRASES]


def may_be_inside(word: str) -> bool:
    """Return whether a word of a search may be the end or the inside of a longer word."""
    return len(word) >= MIN_INNER


def searched(image: Image, tags: Iterable[str]) -> Iterator[list[str]]:
    """Yield the words an image is found by, a list for each of its texts."""
    texts = [*image.titles, *tags, image.filename]
    for values in image.references.values():
        texts += values
    return (tokenize(text) for text in texts)
