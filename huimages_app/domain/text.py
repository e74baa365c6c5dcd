"""Cleaning of untrusted texts: titles, file names, tags, references."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from typing import Literal

from ..errors import BadInput

MAX_TITLE = 500
MAX_ALT = 1000
MAX_FILENAME = 200  # bytes of UTF-8
MAX_REFERENCE = 200
MAX_REFERENCES = 1000  # values in one change; each image has them in its record and in the index
DEFAULT_FILENAME = "image.jpeg"

# Control characters, and the marks that change the direction of the text around them.
_UNPRINTABLE = re.compile("[\x00-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]+")
REFERENCE_KEY = re.compile(r"[a-z][a-z0-9_.-]{0,39}")


# Python sorts the marks on a character by insertion, so an untrusted text with a long run of them
# would take quadratic time and hold the interpreter lock.  No script has more than a few; runs as
# long as this are cut, as in the Stream-Safe Text Format (UAX #15).  Any character that is neither
# a letter nor a digit may be a mark.
_PIECE = re.compile(r".+?(?:[^\w\s\x00-\x7f]{64}|\Z)", re.DOTALL)


def normalized(form: Literal["NFC", "NFKC", "NFKD"], text: str) -> str:
    """Return the text in a normal form of Unicode; runs of marks are cut after 64."""
    if text.isascii():
        return text
    return "".join(unicodedata.normalize(form, piece) for piece in _PIECE.findall(text))


def clean(text: str) -> str:
    """Return one line without control characters, in the composed form of Unicode."""
    # A lone surrogate (from a file name that is not UTF-8) cannot be stored.
    text = text.encode("utf-8", "replace").decode("utf-8")
    return " ".join(_UNPRINTABLE.sub(" ", normalized("NFC", text)).split())


def clean_title(text: str) -> str:
    """Return a title as it is stored; raises BadInput if it is too long."""
    return _limited(clean(text), MAX_TITLE, "title")


def clean_alt(text: str) -> str:
    """Return an alternative text as it is stored; raises BadInput if it is too long."""
    return _limited(clean(text), MAX_ALT, "alternative text")


def clean_filename(text: str) -> str:
    """Return the last part of a path of any system, shortened to what file systems allow."""
    name = clean(text.replace("\\", "/").rpartition("/")[2]).strip(". ")
    if len(name.encode()) <= MAX_FILENAME:
        return name
    stem, dot, extension = name.rpartition(".")
    ending = dot + extension if dot and len(extension.encode()) < 10 else ""
    stem = stem if ending else name
    cut = stem.encode()[: MAX_FILENAME - len(ending.encode())].decode("utf-8", "ignore")
    return cut.rstrip(". ") + ending


def clean_tag(text: str) -> str:
    """Return a tag as it is stored; also for tags in URLs and searches."""
    return clean(text).lower()


def clean_reference(text: str) -> str:
    """Return the value of a reference as it is stored; also for values in URLs and searches."""
    return clean(text)


def clean_references(references: Mapping[str, Iterable[str]]) -> dict[str, tuple[str, ...]]:
    """Return references as they are stored, without empty ones; raises BadInput."""
    cleaned: dict[str, tuple[str, ...]] = {}
    for key, values in references.items():
        if not REFERENCE_KEY.fullmatch(key):
            raise BadInput(
                f"{key[:40]!r} can't be the key of a reference: a lowercase letter, "
                "then at most 39 lowercase letters, digits, _ . or -"
            )
        texts = (
            _limited(clean_reference(value), MAX_REFERENCE, f"reference {key}") for value in values
        )
        if kept := tuple(dict.fromkeys(filter(None, texts))):
            cleaned[key] = kept
    if (count := sum(map(len, cleaned.values()))) > MAX_REFERENCES:
        raise BadInput(f"{count} references are too many: at most {MAX_REFERENCES} at once")
    return cleaned


def _limited(text: str, limit: int, what: str) -> str:
    if len(text) > limit:
        raise BadInput(f"the {what} is too long: {len(text)} characters, at most {limit}")
    return text
