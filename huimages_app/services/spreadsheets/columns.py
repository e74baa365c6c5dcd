"""The columns of a table of images, and the cells of one image.

A list is one cell, with one entry a line; tags are separated by blanks.  Names in parentheses
are those of columns that cannot be changed.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC

from ...domain.models import AnnotationSummary, Image
from ...domain.rights import FIELDS
from ...domain.tags import parse_tags
from ...errors import BadInput
from ..image_patch import ImagePatch

ID, ETAG, TITLE, ALT, TAGS, TYPES = "id", "etag", "title", "alt", "tags", "types"
REFERENCE, RIGHTS = "ref.", "rights."
MAX_KEYS = 200  # columns of references

_FACTS: Mapping[str, Callable[[Image], str]] = {
    "(earlier titles)": lambda image: "\n".join(image.titles[:-1]),
    "(file name)": lambda image: image.filename,
    "(width)": lambda image: str(image.width),
    "(height)": lambda image: str(image.height),
    "(bytes)": lambda image: str(image.length or ""),
    "(uploaded)": lambda image: f"{image.created.astimezone(UTC):%Y-%m-%d %H:%M:%S}",
}
URL = "(url)"
_READ_ONLY = {*_FACTS, URL}

# Article numbers are typed side by side; other references may contain commas.
_ARTICLES = "ref.artnr"
_ARTICLE_DIVIDERS = re.compile(r"[,;\n]")


def header(reference_keys: Sequence[str]) -> list[str]:
    """Return the names of all columns."""
    keys = sorted(reference_keys, key=lambda key: (key != "artnr", key))
    return [
        *(ID, ETAG, TITLE, ALT, TAGS, TYPES),
        *(REFERENCE + key for key in keys),
        *(RIGHTS + name for name in FIELDS),
        *_FACTS,
        URL,
    ]


def is_known(column: str) -> bool:
    """Return whether a table may have this column."""
    if column.startswith(REFERENCE):
        return len(column) > len(REFERENCE)
    fixed = {ID, ETAG, TITLE, ALT, TAGS, TYPES, *(RIGHTS + name for name in FIELDS)}
    return column in fixed or is_read_only(column)


def is_read_only(column: str) -> bool:
    """Return whether the column cannot be changed."""
    return column in _READ_ONLY


def in_record(column: str) -> bool:
    """Return whether the column can be changed and is part of the record, unlike tags."""
    return is_known(column) and not is_read_only(column) and column not in {ID, ETAG, TAGS}


def record_cells(image: Image) -> dict[str, str]:
    """Return the cells that can be changed and are not empty, without tags."""
    cells = {
        TITLE: image.title,
        ALT: image.alt,
        TYPES: "\n".join(image.types),
        **{REFERENCE + key: "\n".join(values) for key, values in image.references.items()},
        **{RIGHTS + name: value for name, value in image.rights.values.items()},
    }
    return {name: text for name, text in cells.items() if text}


def tags_cell(summary: AnnotationSummary) -> str:
    """Return the tags of all visitors, in alphabetical order."""
    return " ".join(summary.spelling(tag) for tag in sorted(summary.tags))


def fact(column: str, image: Image) -> str | None:
    """Return the cell of a column that cannot be changed; None if only the site knows it."""
    return _FACTS[column](image) if column in _FACTS else None


def etag_of(image: Image, summary: AnnotationSummary) -> str:
    """Return what a table compares: a hash of the record and one of the tags.

    Letters at the start of both keep spreadsheets from reading a number.
    """
    return f"{record_etag(image)}-{tags_etag(tags_cell(summary))}"


def record_etag(image: Image) -> str:
    """Return a hash of the cells of the record."""
    return cells_etag(record_cells(image))


def cells_etag(cells: Mapping[str, str]) -> str:
    """Return the hash of a record by its cells; others and empty ones do not count."""
    parts = [f"{name}\0{text}" for name, text in sorted(cells.items()) if text and in_record(name)]
    return "r" + _digest(parts)


def tags_etag(cell: str) -> str:
    """Return a hash of the tags by their cell, independent of their spellings."""
    return "t" + _digest([cell.lower()])


def parsed_etag(text: str) -> tuple[str, str]:
    """Return the hashes of record and tags; raises ValueError."""
    record, _, tags = text.partition("-")
    if not (record.startswith("r") and tags.startswith("t") and len(record) == len(tags) == 14):
        raise ValueError(text)
    return record, tags


def patch_of(cells: Mapping[str, str]) -> ImagePatch:
    """Return the changes that cells of a record stand for, cleaned; raises BadInput."""
    title = cells.get(TITLE)
    if title is not None and not title.strip():
        raise BadInput("the title is empty, and a title cannot be removed; expected a text")
    return ImagePatch(
        title=title,
        alt=cells.get(ALT),
        types=_lines(cells[TYPES]) if TYPES in cells else None,
        references={
            name.removeprefix(REFERENCE): _values(name, text)
            for name, text in cells.items()
            if name.startswith(REFERENCE)
        },
        rights={
            name.removeprefix(RIGHTS): text
            for name, text in cells.items()
            if name.startswith(RIGHTS)
        }
        or None,
    ).cleaned()


def tags_of(text: str) -> tuple[str, ...]:
    """Return the tags in a cell, as they are typed; raises BadInput."""
    return parse_tags(text)


def _values(column: str, text: str) -> list[str]:
    if column == _ARTICLES:
        return [value.strip() for value in _ARTICLE_DIVIDERS.split(text)]
    return _lines(text)


def _lines(text: str) -> list[str]:
    return text.split("\n")


def _digest(texts: Iterable[str]) -> str:
    digest = hashlib.blake2b("\0\0".join(texts).encode("utf-8", "replace"), digest_size=8).digest()
    return base64.b32encode(digest).decode().rstrip("=").lower()
