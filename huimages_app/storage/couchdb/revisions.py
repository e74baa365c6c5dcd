"""Revisions of documents: which one is current, which ones follow another."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

# A document that is not there, or whose ID no document can have.
_UNKNOWN = {"not_found", "illegal_docid"}


def current_documents(results: Iterable[Mapping[str, Any]]) -> dict[str, dict[str, Any]]:
    """Return the documents in the results of `_bulk_get`, without deleted and unknown ones.

    They contain all revisions that conflict.  Raises ValueError if a document was not read.
    """
    found = {}
    for result in results:
        leaves = [one["ok"] for one in result["docs"] if "ok" in one]
        for error in (one["error"] for one in result["docs"] if "error" in one):
            if error["error"] not in _UNKNOWN:
                raise ValueError(f"{result['id']}: {error['error']}, {error['reason']}")
        if live := [leaf for leaf in leaves if not leaf.get("_deleted")]:
            found[result["id"]] = max(live, key=_rank)
    return found


def content_of(document: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields of a document that are not CouchDB's."""
    return {key: value for key, value in document.items() if not key.startswith("_")}


def follows(leaf: Mapping[str, Any], rev: str) -> bool:
    """Return whether a document, with its `_revisions`, was made of a revision."""
    generation, _, digest = rev.partition("-")
    newer = leaf["_revisions"]["start"] - int(generation)
    ids = leaf["_revisions"]["ids"]
    return bool(0 < newer < len(ids) and ids[newer] == digest)


def _rank(leaf: Mapping[str, Any]) -> tuple[int, str]:
    """Return what CouchDB compares: the highest of the revisions that are live is current."""
    generation, _, digest = leaf["_rev"].partition("-")
    return int(generation), digest
