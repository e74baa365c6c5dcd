"""Embedded metadata that uploads and repairs copy into the record."""

from __future__ import annotations

import functools
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from huimages_app.backends import Storage
from huimages_app.domain.embedded import Embedded
from huimages_app.domain.rights import Rights
from huimages_app.services.container import Services
from huimages_app.services.embedded_policy import EmbeddedPolicy
from huimages_app.services.image_patch import ImagePatch
from huimages_app.services.maintenance.integrity import Finding, Problem
from huimages_app.services.uploads import PROGRAM
from tests.support.exiftool import with_tags
from tests.support.pictures import photo
from tests.support.services import add, services_in

TAKEN = datetime(2024, 5, 1, 12, 30, 45, tzinfo=UTC)
ALL = EmbeddedPolicy({"title", "alt", "tags", "rights", "taken"})


@functools.cache
def described() -> bytes:
    return with_tags(
        photo(80, 60),
        "jpeg",
        "-XMP-dc:Title=Hafen",
        "-XMP-dc:Description=Boote",
        "-XMP-dc:Creator=Ada",
        "-XMP-dc:Subject=Blue Sea",
        "-XMP-dc:Subject=boat, red",
        "-EXIF:DateTimeOriginal=2024:05:01 12:30:45",
        "-EXIF:Model=X100",
    )


def test_upload_stores_embedded_metadata(services: Services) -> None:
    image = add(services, described(), filename="img.jpg").image
    assert (image.title, image.alt) == ("Hafen", "Boote")
    assert (image.rights, image.taken, image.camera) == (Rights(creator="Ada"), TAKEN, "X100")
    assert services.annotations.get(image.id, PROGRAM).tags == ("blue-sea", "boat-red")
    assert services.images.get(image.id) == image


def test_given_texts_take_precedence_over_embedded_ones(services: Services) -> None:
    image = add(services, described(), title="Quay", tags=("mine",)).image
    assert (image.title, image.alt) == ("Quay", "Boote")
    assert services.annotations.get(image.id, "vera").tags == ("mine",)


def test_embedded_title_takes_precedence_over_the_file_name(services: Services) -> None:
    patch = ImagePatch(name_title="IMG_1")
    completed = ALL.completed(patch, Embedded(title="Hafen"))
    assert (completed.default_title, ALL.completed(patch, Embedded()).default_title) == (
        "Hafen",
        "",
    )


def test_repeated_upload_does_not_restore_removed_values(services: Services) -> None:
    image = add(services, described()).image
    emptied = services.editing.update(
        image.id, ImagePatch(alt="", rights={"creator": ""}, taken=None)
    )
    services.annotations.untag_all(image.id, "blue-sea")
    again = add(services, described()).image
    assert (again.alt, again.rights, again.taken) == ("", Rights(), None)
    assert emptied.rights == Rights()
    assert services.annotations.get(image.id, PROGRAM).tags == ("boat-red",)


@pytest.mark.parametrize(
    ("read", "expected"),
    [
        ("none", ("", "", (), Rights(), None, "")),
        ("alt taken", ("", "Boote", (), Rights(), TAKEN, "X100")),
        ("rights", ("", "", (), Rights(creator="Ada"), None, "")),
    ],
)
def test_setting_chooses_the_embedded_metadata_that_is_stored(
    tmp_path: Path, read: str, expected: tuple[object, ...]
) -> None:
    services = services_in(tmp_path, **{"embedded.read": read})
    image = add(services, described()).image
    tags = services.annotations.get(image.id, PROGRAM).tags
    services.close()
    found = (image.title, image.alt, tags, image.rights, image.taken, image.camera)
    assert found == expected


def test_keywords_that_do_not_fit_are_left_out() -> None:
    embedded = Embedded(keywords=("x" * 65, *(f"key {n}" for n in range(80)), "KEY 1", ","))
    tags = ALL.tags(embedded, given=("key-0", "own"))
    assert len(tags) == 48
    assert tags[0] == "KEY-1"


def test_record_of_an_older_version_is_completed_by_a_repair(
    services: Services, storage: Storage
) -> None:
    new = add(services, described()).image
    old = replace(new, thumbhash="", camera="", taken=None, rights=Rights(), alt="")
    storage.metadata.images.save(new.id, lambda _: old)
    assert list(services.integrity.check()) == [Finding(new.id, Problem.INCOMPLETE)]
    assert replace(services.images.get(new.id), history=()) == old
    assert list(services.integrity.check(repair=True)) == [
        Finding(new.id, Problem.INCOMPLETE, repaired=True)
    ]
    # Editors may have changed texts since: a repair does not touch them.
    assert replace(services.images.get(new.id), history=()) == replace(new, alt="")
    assert list(services.integrity.check()) == []


def test_repair_keeps_rights_that_an_editor_set(services: Services, storage: Storage) -> None:
    new = add(services, described()).image
    old = replace(new, thumbhash="", rights=Rights(credit="Own"))
    storage.metadata.images.save(new.id, lambda _: old)
    list(services.integrity.check(repair=True))
    assert services.images.get(new.id).rights == Rights(credit="Own")
