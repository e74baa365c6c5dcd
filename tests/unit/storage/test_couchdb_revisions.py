"""Which documents and revisions are current."""

from __future__ import annotations

from typing import Any

import pytest

from huimages_app.storage.couchdb.revisions import current_documents


def leaf(rev: str, **fields: Any) -> dict[str, Any]:
    return {"ok": {"_id": "a", "_rev": rev, **fields}}


def error(name: str) -> dict[str, Any]:
    return {"error": {"id": "a", "rev": "undefined", "error": name, "reason": "a reason"}}


def test_conflicting_document_is_that_of_the_winning_revision() -> None:
    leaves = [leaf("2-b"), leaf("10-a"), leaf("9-f"), leaf("10-0"), leaf("11-c", _deleted=True)]
    results = [{"id": "a", "docs": leaves}]
    assert current_documents(results) == {"a": {"_id": "a", "_rev": "10-a"}}


@pytest.mark.parametrize(
    "docs", [[leaf("2-b", _deleted=True)], [error("not_found")], [error("illegal_docid")]]
)
def test_deleted_unknown_and_impossible_documents_are_left_out(docs: list[Any]) -> None:
    assert current_documents([{"id": "a", "docs": docs}]) == {}


def test_document_that_could_not_be_read_raises() -> None:
    with pytest.raises(ValueError, match="a: internal_fabric_error, a reason"):
        current_documents([{"id": "a", "docs": [error("internal_fabric_error")]}])
