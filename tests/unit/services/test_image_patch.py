"""Patches: several changes in one update, which may require an unchanged image."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from huimages_app.domain.models import Image
from huimages_app.errors import BadInput, EditConflict, UnknownImage
from huimages_app.services.container import Services
from huimages_app.services.image_patch import ImagePatch
from tests.support.pictures import photo
from tests.support.services import add

WHEN = datetime(2020, 1, 1, tzinfo=UTC)


@pytest.fixture
def image(services: Services) -> Image:
    fields = {"title": "Old", "references": {"artnr": ["1"], "path": ["a"]}, "type": "shop"}
    return add(services, photo(80, 60), **fields).image


def test_patch_changes_named_fields_only(services: Services, image: Image) -> None:
    patch = ImagePatch(title=" New\n", references={"artnr": ["2", "2"]}, created=WHEN)
    revised = services.editing.update(image.id, patch)
    assert revised == replace(
        image,
        titles=("Old", "New"),
        references={"artnr": ("2",), "path": ("a",)},
        created=WHEN,
        modified=revised.modified,
        history=revised.history,
    )
    assert [change.field for change in revised.history] == ["title", "references.artnr", "created"]
    assert revised == services.images.get(image.id)
    assert revised.modified > image.modified


def test_empty_values_remove_fields(services: Services, image: Image) -> None:
    services.editing.update(image.id, ImagePatch(alt="Quay", focus=(0, 1)))
    empty = ImagePatch(alt="", focus=None, references={"artnr": [], "path": [" "]}, types=[" "])
    revised = services.editing.update(image.id, empty)
    assert (revised.alt, revised.focus, revised.references, revised.types) == ("", None, {}, ())


def test_empty_patch_changes_nothing(services: Services, image: Image) -> None:
    assert services.editing.update(image.id, ImagePatch()) == image


def test_update_of_an_image_changed_since_raises_edit_conflict(
    services: Services, image: Image
) -> None:
    services.editing.update(image.id, ImagePatch(title="Mine"), unchanged=image.__eq__)
    for change in (
        lambda: services.editing.update(
            image.id, ImagePatch(title="Theirs"), unchanged=image.__eq__
        ),
        lambda: services.editing.trash(image.id, unchanged=image.__eq__),
    ):
        with pytest.raises(EditConflict, match="changed since"):
            change()
    seen = services.images.get(image.id)
    assert seen.titles == ("Old", "Mine")
    assert services.editing.trash(image.id, unchanged=seen.__eq__).trashed
    with pytest.raises(UnknownImage):
        services.editing.update(image.id, ImagePatch(title="Late"))


@pytest.mark.parametrize(
    "patch",
    [
        ImagePatch(title=""),
        ImagePatch(title="x" * 501),
        ImagePatch(alt="x" * 1001),
        ImagePatch(focus=(0.5, 1.1)),
        ImagePatch(types=["x"] * 21),
        ImagePatch(references={"Art Nr": ["1"]}),
        ImagePatch(references={"artnr": ["x" * 201]}),
    ],
)
def test_invalid_patch_is_refused(services: Services, image: Image, patch: ImagePatch) -> None:
    with pytest.raises(BadInput):
        services.editing.update(image.id, patch)
    assert services.images.get(image.id) == image
