"""Lists of image IDs, joined."""

from __future__ import annotations

from huimages_app.services.maintenance.joined import joined


def test_joined_yields_each_id_once_with_its_lists() -> None:
    lists = {"one": iter("abd"), "two": iter("bcd"), "none": iter("")}
    assert list(joined(lists)) == [
        ("a", {"one"}),
        ("b", {"one", "two"}),
        ("c", {"two"}),
        ("d", {"one", "two"}),
    ]
