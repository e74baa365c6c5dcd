from __future__ import annotations

import pytest

from huimages_app.services.container import Services

from .conftest import Command


def test_edit_command_changes_images_and_can_be_undone(
    huimages: Command, image: str, services: Services
) -> None:
    before = services.images.get(image)
    ran = huimages(
        *("edit", image, "--set", "alt=A red bike", "--add", "artnr=7,8", "--add", "tags=Red, old")
    )
    assert ran.status == 0
    job_id = ran.out[0].removeprefix("job ")
    assert "state       done" in ran.out
    assert "changed     1" in ran.out
    edited = services.images.get(image)
    assert edited.alt == "A red bike"
    assert edited.references["artnr"] == (*before.references.get("artnr", ()), "7", "8")
    assert {"red", "old"} <= {*services.annotations.summary(image).tags}
    assert "state       undone" in huimages("job", "undo", job_id).out
    assert services.images.get(image).alt == before.alt
    assert huimages("job", "list").out[0].startswith(job_id)
    assert "state       undone" in huimages("job", "show", job_id).out


def test_edit_command_changes_all_that_meet_conditions(
    huimages: Command, image: str, services: Services
) -> None:
    services.annotations.tag(image, "vera", ["sea"])
    assert "images      1" in huimages("edit", "--tag", "sea", "--remove", "alt").out
    assert services.images.get(image).alt == ""
    assert "images      0" in huimages("edit", "--tag", "mountain", "--remove", "alt").out


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--set", "alt=x"], "expected one of: IDs, conditions"),
        (["--all", "--tag", "sea", "--set", "alt=x"], "expected one of"),
        (["--all"], "no change was given"),
        (["--tag", "", "--set", "alt=x"], "the filter 'tag' is empty"),
        (["--all", "--set", "alt"], "expected FIELD=VALUE"),
        (["--all", "--set", "alt=x", "--remove", "alt"], "given twice"),
        (["--all", "--set", "colour=red"], "unknown field 'colour'"),
    ],
)
def test_edit_command_rejects_invalid_options_with_one_line(
    huimages: Command, words: list[str], message: str
) -> None:
    ran = huimages("edit", *words)
    assert (ran.status, ran.out, len(ran.err)) == (2, [], 1)
    assert message in ran.err[0]


def test_job_command_reports_an_unknown_job_with_one_line(huimages: Command) -> None:
    ran = huimages("job", "cancel", "unknown")
    assert (ran.status, ran.out, len(ran.err)) == (1, [], 1)
