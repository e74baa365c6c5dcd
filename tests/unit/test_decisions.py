"""Tests of the decision records: their numbers, headings and index."""

from __future__ import annotations

from pathlib import Path

DOCS = Path(__file__).parents[2] / "docs"
RECORDS = sorted((DOCS / "decisions").glob("*.md"))


def test_decision_records_are_numbered_without_gaps() -> None:
    assert [record.name[:4] for record in RECORDS] == [
        f"{number:03}-" for number in range(1, len(RECORDS) + 1)
    ]


def test_index_lists_every_decision_record_with_its_heading() -> None:
    index = (DOCS / "README.md").read_text(encoding="utf-8")
    for record in RECORDS:
        heading = record.read_text(encoding="utf-8").splitlines()[0]
        assert heading.startswith(f"# {record.name[:3]}: ")
        assert f"- [{heading[2:]}](decisions/{record.name})\n" in index
