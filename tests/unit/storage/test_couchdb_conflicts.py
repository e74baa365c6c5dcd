"""Merging of conflicting revisions."""

from __future__ import annotations

from typing import Any

from huimages_app.storage.couchdb.conflicts import (
    merge_annotations,
    merge_documents,
    merge_images,
)


def test_merged_titles_keep_the_first_one_first_and_the_newest_last() -> None:
    older = {"_id": "X", "mtime": "2009", "title": ["a", "b", "older"], "alt": "old", "note": 1}
    newer = {"_id": "X", "mtime": "2010", "title": ["a", "b", "newer"], "alt": "new"}
    for revisions in ([older, newer], [newer, older]):
        merged = merge_images(revisions)
        assert merged["title"] == ["a", "b", "older", "newer"]
        assert (merged["alt"], merged["note"], merged["mtime"]) == ("new", 1, "2010")


def test_merged_image_has_the_size_that_belongs_to_its_hash() -> None:
    measured = {"mtime": "2009", "sha256": "f", "width": 40, "height": 60}
    legacy = {"mtime": "2010", "width": 60, "height": 40, "references": {"artnr": "7"}}
    merged = merge_images([legacy, measured])
    assert (merged["width"], merged["height"], merged["sha256"]) == (40, 60, "f")
    assert merged["references"] == {"artnr": ["7"]}


def test_merged_image_keeps_the_places_of_both_revisions() -> None:
    older = {"mtime": "2009", "places": {"artnr": {"1": {"at": 5}, "2": {"at": 7}}}}
    newer = {"mtime": "2010", "places": {"artnr": {"2": {"at": 8}}, "ean": {"3": {"at": 1}}}}
    for revisions in ([older, newer], [newer, older]):
        assert merge_images(revisions)["places"] == {
            "artnr": {"1": {"at": 5}, "2": {"at": 8}},
            "ean": {"3": {"at": 1}},
        }


def test_merged_image_has_the_changes_of_both_revisions_by_time() -> None:
    first, second, third = (
        {"id": name, "at": f"2026-01-0{day}T00:00:00+00:00", "field": "alt", "to": name}
        for day, name in enumerate("abc", start=1)
    )
    one = {"mtime": "2026", "history": [first, third]}
    other = {"mtime": "2027", "history": [first, second, "garbage"]}
    for revisions in ([one, other], [other, one]):
        assert merge_images(revisions)["history"] == [first, second, third]


def test_merged_annotation_keeps_tags_favourite_and_rating() -> None:
    one: dict[str, Any] = {"tags": "rot", "favorite": False, "image_ctime": "2009"}
    other = {"tags": ["blau"], "favorite": True, "rating": 0, "note": "x"}
    merged = merge_annotations([one, other])
    assert merged == {
        "tags": ["rot", "blau"], "favorite": True, "rating": 0, "image_ctime": "2009", "note": "x",
    }  # fmt: skip


def test_merged_counter_is_the_larger_one() -> None:
    def document(mtime: str, **record: Any) -> dict[str, Any]:
        return {"kind": "k", "key": "x", "mtime": mtime, "record": record}

    merged = merge_documents(
        [document("1", count=3, epoch="old", addresses=["a"]), document("2", count=2, epoch="new")]
    )
    assert merged["record"] == {"count": 3, "epoch": "new", "addresses": ["a"]}


FIRST, SECOND = "2026-01-01", "2026-01-02"  # times sort as in documents


def test_merged_image_has_the_versions_of_the_last_replacement() -> None:
    older = {"mtime": "2027", "versioned": FIRST, "replaced_by": "A", "title": ["edited later"]}
    newer = {"mtime": "2026", "versioned": SECOND, "versions": ["C", "D"]}
    for revisions in ([older, newer], [newer, older]):
        merged = merge_images(revisions)
        assert (merged["versions"], merged["versioned"]) == (["C", "D"], SECOND)
        assert "replaced_by" not in merged
        assert merged["title"] == ["edited later"]


def test_merged_image_stays_an_older_version_after_an_edit_elsewhere() -> None:
    edited = {"mtime": "2027", "title": ["edited"]}
    replaced = {"mtime": "2026", "versioned": FIRST, "replaced_by": "A"}
    for revisions in ([edited, replaced], [replaced, edited]):
        merged = merge_images(revisions)
        assert (merged["replaced_by"], merged["title"]) == ("A", ["edited"])
