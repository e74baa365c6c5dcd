"""Merge conflicting revisions of a document.

Lists are united.  Other fields are taken from the newest revision; a field that it
lacks is taken from an older one.  Every function gets the revision that CouchDB chose first,
and the same revisions always give the same document.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from typing import Any

from ...domain.history import united
from ..histories import history_from_json, history_to_json
from .codec import strings_of
from .database import Document

# Fields that describe the bytes of the original.  A document of huImages 2.2 has no sha256,
# and its width and height are those before EXIF orientation.
_FILE_FIELDS = (
    *("sha256", "width", "height", "bytes", "contenttype", "placeholder", "thumbhash"),
    *("content", "content_version", "backdrop", "phash"),
)

# Each replacement writes these fields of all versions of an image with the same time.
_VERSION_FIELDS = ("replaced_by", "versions", "versioned")


def merge_images(revisions: Sequence[Document]) -> Document:
    """Unite titles, references, types, `unlike`, history and attachments.

    `ratings` must be counted again.  The last replacement decides which version is the newest, also
    where it removed a field.
    """
    ordered = _by_time(revisions)
    merged = _overlaid(ordered)
    for name in ("title", "types", "unlike"):
        if any(name in document for document in ordered):
            lists = [strings_of(document.get(name)) for document in ordered]
            merged[name] = functools.reduce(_united, map(list, lists))
    if references := _united_lists([document.get("references") for document in ordered]):
        merged["references"] = references
    if places := _united_places([document.get("places") for document in ordered]):
        merged["places"] = places
    if history := _united_histories([document.get("history") for document in ordered]):
        merged["history"] = history
    if collections := _united_mappings([document.get("collections") for document in ordered]):
        merged["collections"] = collections
    if measured := [document for document in ordered if document.get("sha256")]:
        merged |= {name: measured[-1][name] for name in _FILE_FIELDS if name in measured[-1]}
    latest = max(reversed(ordered), key=lambda document: str(document.get("versioned") or ""))
    for name in _VERSION_FIELDS:
        merged.pop(name, None)
    merged |= {name: latest[name] for name in _VERSION_FIELDS if name in latest}
    if attachments := _attachments(revisions):
        merged["_attachments"] = attachments
    return merged


def merge_annotations(revisions: Sequence[Document]) -> Document:
    """Unite tags and spellings; an image stays a favourite if it is one in any revision."""
    merged = _overlaid(revisions[::-1])
    if spellings := _united_mappings([d.get("spellings") for d in revisions[::-1]]):
        merged["spellings"] = spellings
    if tags := functools.reduce(_united, (list(strings_of(d.get("tags"))) for d in revisions)):
        merged["tags"] = tags
    merged["favorite"] = any(document.get("favorite") for document in revisions)
    return merged


def merge_documents(revisions: Sequence[Document]) -> Document:
    """Unite the lists in the records, and take the larger of two numbers, which are counters."""
    ordered = _by_time(revisions)
    records = [document["record"] for document in ordered]
    return _overlaid(ordered) | {"record": functools.reduce(_merge_records, records)}


def _merge_records(older: Mapping[str, Any], newer: Mapping[str, Any]) -> dict[str, Any]:
    merged = {**older, **newer}
    for name in older.keys() & newer.keys():
        one, other = older[name], newer[name]
        if isinstance(one, list) and isinstance(other, list):
            merged[name] = _united(one, other)
        elif isinstance(one, int | float) and isinstance(other, int | float):
            merged[name] = max(one, other)
    return merged


def _by_time(revisions: Sequence[Document]) -> list[Document]:
    """Sort by `mtime`, the newest last; of equal ones the revision that CouchDB chose."""
    ordered = list(reversed(revisions))
    ordered.sort(key=lambda document: str(document.get("mtime") or ""))
    return ordered


def _overlaid(ordered: Sequence[Document]) -> Document:
    merged: Document = {}
    for document in ordered:
        merged |= document
    return merged


def _united(older: list[Any], newer: list[Any]) -> list[Any]:
    """Keep the common beginning, then what only the older list has, then the newer one.

    The first title is in URLs and the last one is shown, so their positions matter.
    """
    common = 0
    while common < min(len(older), len(newer)) and older[common] == newer[common]:
        common += 1
    only_older = [item for item in older[common:] if item not in newer]
    return [*newer[:common], *only_older, *newer[common:]]


def _united_lists(values: Sequence[Any]) -> dict[str, list[str]]:
    merged: dict[str, list[str]] = {}
    for references in values:
        for key, items in (references if isinstance(references, dict) else {}).items():
            merged[key] = _united(merged.get(key, []), list(strings_of(items)))
    return merged


def _united_places(values: Sequence[Any]) -> dict[str, dict[str, Any]]:
    """Keep the place in each article, of several the newest."""
    merged: dict[str, dict[str, Any]] = {}
    for places in values:
        for key, numbers in (places if isinstance(places, dict) else {}).items():
            if isinstance(numbers, dict):
                merged[key] = {**merged.get(key, {}), **numbers}
    return merged


def _united_histories(values: Sequence[Any]) -> list[dict[str, Any]]:
    return history_to_json(functools.reduce(united, map(history_from_json, values)))


def _united_mappings(values: Sequence[Any]) -> dict[str, Any]:
    """Keep the entry of each key, of several the newest."""
    merged: dict[str, Any] = {}
    for mapping in values:
        merged |= mapping if isinstance(mapping, dict) else {}
    return merged


def _attachments(revisions: Sequence[Document]) -> dict[str, Any]:
    """Keep the attachments of the first revision, and add the bytes of others."""
    current, *losers = (document.get("_attachments") or {} for document in revisions)
    added = {
        name: {key: attachment[key] for key in ("content_type", "data")}
        for attachments in losers
        for name, attachment in attachments.items()
        if name not in current and "data" in attachment
    }
    return {**added, **current}
