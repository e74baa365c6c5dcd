from __future__ import annotations

import json
from datetime import UTC, datetime

from huimages_app.services.container import Services
from huimages_app.services.image_patch import ImagePatch
from tests.support.pictures import photo
from tests.support.services import add

from .conftest import Command


def test_list_prints_the_images_that_meet_the_conditions(
    huimages: Command, services: Services
) -> None:
    ids = {}
    for year in (2024, 2022, 2023):
        ids[year] = add(services, photo(60, 40, seed=year), title=f"Quay {year}").image.id
        taken = datetime(year, 5, 1, tzinfo=UTC)
        services.editing.update(ids[year], ImagePatch(taken=taken))
    lines = {year: f"{image_id}  {year}-05-01  Quay {year}" for year, image_id in ids.items()}
    assert huimages("list", "--order", "taken").out == [lines[2024], lines[2023], lines[2022]]
    assert huimages("list", "--taken", "2022..2023").out == [lines[2023], lines[2022]]
    assert huimages("list", "--search", "quay 2022").out == [lines[2022]]
    assert huimages("list", "--tag", "none").out == []
    assert huimages("list", "--order", "oldest", "--limit", "1").out == [lines[2024]]


def test_list_rejects_invalid_conditions_with_one_line(
    huimages: Command, services: Services
) -> None:
    for words in (
        ["--taken", "yesterday"],
        ["--order", "best"],
        ["--order", "place"],
        ["--shape", "round"],
        ["--larger", "big"],
        ["--type", "a", "--type", "b"],
    ):
        ran = huimages("list", *words)
        assert (ran.status, ran.out, len(ran.err)) == (2, [], 1)
        assert "expected" in ran.err[0] or "needs one reference" in ran.err[0]


def test_list_filters_combine_and_are_counted(huimages: Command, services: Services) -> None:
    wide = add(services, photo(60, 20, seed=1), title="Quay", tags=["sea", "sun"]).image.id
    add(services, photo(60, 20, seed=2), title="Quay", tags=["sea"])
    add(services, photo(20, 60, seed=3), title="Quay", tags=["sea", "sun"])
    words = ["--shape", "panorama", "--tag", "sea", "--tag", "sun", "--without", "artnr"]
    assert [line.split()[0] for line in huimages("list", *words).out] == [wide]
    assert huimages("list", *words, "--count").out == ["1"]
    assert huimages("list", "--search", "quay shape:panorama", "--count").out == ["2"]


def test_list_begins_at_a_date(huimages: Command, services: Services) -> None:
    ids = []
    for month in (1, 2, 5):
        added = datetime(2024, month, 7, tzinfo=UTC)
        ids.append(add(services, photo(60, 40, seed=month), timestamp=added).image.id)
    listed = huimages("list", "--at", "2024-02").out
    assert [line.split()[0] for line in listed] == [ids[1], ids[0]]
    listed = huimages("list", "--at", "2024-02", "--order", "oldest").out
    assert [line.split()[0] for line in listed] == ids[1:]
    for words in (["--at", "soon"], ["--at", "2024", "--order", "title"]):
        ran = huimages("list", *words)
        assert (ran.status, ran.out, len(ran.err)) == (2, [], 1)


def test_months_and_facets_describe_a_list(huimages: Command, services: Services) -> None:
    for month in (1, 2, 5):
        added = datetime(2024, month, 7, tzinfo=UTC)
        tags = ["sea"] if month > 1 else []
        add(services, photo(60, 20, seed=month), timestamp=added, tags=tags)
    assert huimages("months").out == ["2024-05  1", "2024-02  1", "2024-01  1"]
    assert huimages("months", "--tag", "sea", "--order", "oldest").out == [
        "2024-02  1",
        "2024-05  1",
    ]
    lines = huimages("months", "--tag", "sea", "--json").out
    numbers = {"count": 1, "count_is_exact": True}
    expected = [{"month": "2024-05", **numbers}, {"month": "2024-02", **numbers}]
    assert [json.loads(line) for line in lines] == expected
    ran = huimages("months", "--order", "title")
    assert (ran.status, ran.out, len(ran.err)) == (2, [], 1)
    lines = huimages("facets", "--tag", "sea", "--shape", "square").out
    assert "shape    panorama   2" in lines
    assert "format   jpeg       0" in lines
    assert len(lines) == 22
    items = [json.loads(line) for line in huimages("facets", "--tag", "sea", "--json").out]
    assert {"filter": "format", "value": "jpeg", "count": 2, "count_is_exact": True} in items
