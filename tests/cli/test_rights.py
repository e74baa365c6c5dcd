from __future__ import annotations

import json

from huimages_app.domain.rights import Rights
from huimages_app.services.container import Services
from tests.support.days import day

from .conftest import Command


def test_rights_command_changes_and_prints_the_rights(
    huimages: Command, image: str, services: Services
) -> None:
    ran = huimages("rights", image, "--creator", "Ada", "--source-type", "digitalArt")
    assert ran.out == ["creator      Ada", "source_type  digitalArt"]
    assert huimages("rights", image).out == ran.out
    assert huimages("rights", image, "--source-type", "").out == ["creator      Ada"]
    assert services.images.get(image).rights == Rights(creator="Ada")
    [shown] = [line for line in huimages("show", image).out if line.startswith("rights")]
    assert shown.endswith("  creator (Ada)")


def test_rights_command_rejects_invalid_values_with_one_line(
    huimages: Command, image: str, services: Services
) -> None:
    ran = huimages("rights", image, "--statement", "example.com")
    assert (ran.status, ran.out, len(ran.err)) == (2, [], 1)
    assert "expected a URL" in ran.err[0]
    assert not services.images.get(image).rights


def test_rights_command_sets_the_days_and_ending_lists_them(
    huimages: Command, services: Services, image: str
) -> None:
    huimages("rights", image, "--from", "2026-01-01", "--until", day(0))
    assert services.images.get(image).rights == Rights(from_="2026-01-01", until=day(0))
    [line] = huimages("ending").out
    assert line.startswith(f"{day(0)}  {image}")
    assert json.loads(huimages("ending", "--days", "0", "--json").out[0])["until"] == day(0)
    assert huimages("ending", "--ended").out == []
    assert huimages("ending", "--count").out == ["1"]
    assert huimages("ending", "--ended", "--count").out == ["0"]
    ran = huimages("rights", image, "--until", "soon")
    assert ran.status == 2
    assert "expected a day like 2026-12-31" in ran.err[0]
