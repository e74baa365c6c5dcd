"""`huimages replace`, `turn` and `versions`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from huimages_app.domain.ids import image_id
from huimages_app.services.container import Services
from tests.support.pictures import photo
from tests.support.versions import a_photo, added, chain, versions, visible

from .conftest import Command


@pytest.fixture
def better(tmp_path: Path) -> Path:
    file = tmp_path / "better.jpeg"
    file.write_bytes(a_photo(2))
    return file


def test_replace_prints_the_id_of_the_new_image(
    huimages: Command, services: Services, better: Path
) -> None:
    old = added(services, 1, title="Red")
    ran = huimages("replace", old, str(better))
    new = image_id(a_photo(2))
    assert (ran.status, ran.out) == (0, [new])
    image = services.images.get(new)
    assert (image.title, image.filename, image.versions) == ("Red", "better.jpeg", (old,))


def test_refused_replacement_reports_the_reason(
    huimages: Command, services: Services, better: Path, tmp_path: Path
) -> None:
    new = added(services, 2)
    ran = huimages("replace", new, str(better))
    assert ran.status == 2
    assert "itself" in ran.err[0]
    (tmp_path / "text.jpeg").write_text("no picture")
    ran = huimages("replace", new, str(tmp_path / "text.jpeg"))
    assert (ran.status, len(ran.err)) == (1, 1)
    assert huimages("replace", image_id(b"unknown"), str(better)).status == 1
    assert huimages("replace", new, str(tmp_path / "missing.jpeg")).status == 2


def test_turn_prints_the_id_of_the_new_version(huimages: Command, services: Services) -> None:
    old = added(services, 1)
    [new] = huimages("turn", old, "90").out
    image = services.images.get(new)
    assert (image.width, image.height) == (30, 40)
    assert huimages("turn", old, "45").status == 2


def test_turn_of_a_gif_is_refused(huimages: Command, services: Services, tmp_path: Path) -> None:
    file = tmp_path / "a.gif"
    file.write_bytes(photo(40, 30, format="GIF"))
    huimages("import", str(file))
    [gif] = visible(services)
    ran = huimages("turn", gif, "90")
    assert ran.status == 2
    assert "GIF cannot be turned" in ran.err[0]


def test_versions_are_listed_oldest_first(huimages: Command, services: Services) -> None:
    old, new = chain(services, 1, 2, filename="a.jpeg")
    services.editing.trash(old)
    lines = huimages("versions", new).out
    assert lines == [
        f"{old}  40 x 30  a.jpeg  (in the trash)", f"{new}  40 x 30  (newest)"
    ]  # fmt: skip
    data = json.loads("\n".join(huimages("versions", new, "--json").out))
    assert [(one["id"], one["trashed"]) for one in data] == [(old, True), (new, False)]


def test_versions_back_makes_an_older_version_the_newest(
    huimages: Command, services: Services
) -> None:
    old, new = chain(services, 1, 2)
    assert huimages("versions", "--back", old).status == 0
    assert versions(services, old) == [new, old]


def test_show_names_the_newest_version(huimages: Command, services: Services) -> None:
    old, new = chain(services, 1, 2)
    assert any(line.startswith("replaced by") and new in line for line in huimages("show", old).out)
    assert any(line.startswith("older versions") for line in huimages("show", new).out)


def test_check_repairs_an_unfinished_replacement(huimages: Command, services: Services) -> None:
    old, new = chain(services, 1, 2)
    services.versions._links.stand_alone(old, (), trash=False)
    services.versions._metadata.images.update(
        new, lambda image: image.__class__(**{**image.__dict__, "versions": (old,)})
    )
    services.versions._links.mark([old], new, services.images.get(new).created)
    assert huimages("check", "--repair").status in {0, 1}
    assert huimages("check").status == 0
