from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from huimages_app.domain.formats import JPEG
from huimages_app.domain.ids import image_id
from huimages_app.domain.sizes import Size
from huimages_app.errors import BadInput, RemovedImage, UnknownImage
from huimages_app.factory import Storage
from huimages_app.services.container import Services
from huimages_app.services.editing import Editing
from tests.support.libraries import add, original_file
from tests.support.pictures import photo

PHOTO = photo(80, 60)
ID = image_id(PHOTO)
NOBODY = "A" * 32 + "01"


@pytest.fixture
def editing(services: Services) -> Editing:
    add(services, PHOTO, title="One")
    return services.editing


def test_titles(editing: Editing, services: Services) -> None:
    before = services.images.get_any(ID).modified
    assert editing.retitle(ID, " Two\n").titles == ("One", "Two")
    assert editing.retitle(ID, "One").titles == ("Two", "One")
    image = services.images.get_any(ID)
    assert image.title == "One"
    assert image.modified > before
    # What changes nothing is no change.
    assert editing.retitle(ID, "One") == image
    with pytest.raises(BadInput, match="the title is empty"):
        editing.retitle(ID, " \x00 ")


def test_alternative_text(editing: Editing) -> None:
    assert editing.set_alt(ID, " A\tbike ").alt == "A bike"
    assert editing.set_alt(ID, "").alt == ""


def test_focal_point(editing: Editing) -> None:
    assert editing.set_focus(ID, (0, 1)).focus == (0, 1)
    assert editing.set_focus(ID, None).focus is None
    for focus in ((1.01, 0.5), (0.5, -0.1), (float("nan"), 0.5)):
        with pytest.raises(BadInput, match="a focal point is two numbers from 0 to 1"):
            editing.set_focus(ID, focus)


def test_describing_adds(editing: Editing) -> None:
    slot = datetime(2009, 4, 1, tzinfo=UTC)
    editing.describe(ID, references={"artnr": ["1"]}, type_="a")
    image = editing.describe(
        ID, timestamp=slot, title="Two", references={"artnr": ["2"]}, type_="b"
    )
    assert image.created == slot
    assert image.titles == ("One", "Two")
    assert image.references == {"artnr": ("1", "2")}
    assert image.types == ("a", "b")
    assert editing.describe(ID) == image


def test_references_can_be_replaced(editing: Editing) -> None:
    editing.set_references(ID, {"artnr": ["1"], "path": ["p"]})
    assert editing.set_references(ID, {"artnr": ["2", ""]}).references == {"artnr": ("2",)}


ON_AN_IMAGE: list[Callable[[Editing, str], object]] = [
    lambda editing, id_: editing.retitle(id_, "x"),
    lambda editing, id_: editing.set_alt(id_, "x"),
    lambda editing, id_: editing.set_focus(id_, (0, 0)),
    lambda editing, id_: editing.describe(id_, title="x"),
    lambda editing, id_: editing.set_references(id_, {}),
]


@pytest.mark.parametrize("act", ON_AN_IMAGE)
def test_nothing_is_done_to_an_image_that_is_not_there(
    editing: Editing, act: Callable[[Editing, str], object]
) -> None:
    with pytest.raises(UnknownImage):
        act(editing, NOBODY)


@pytest.mark.parametrize("act", ON_AN_IMAGE)
def test_nothing_is_done_to_an_image_in_the_trash(
    editing: Editing, services: Services, act: Callable[[Editing, str], object]
) -> None:
    trashed = editing.trash(ID)
    with pytest.raises(UnknownImage):
        act(editing, ID)
    assert services.images.get_any(ID) == trashed


def test_trash_and_back(editing: Editing, services: Services, storage: Storage) -> None:
    services.renditions.get(ID, Size(40, 30), JPEG).close()
    trashed = editing.trash(ID)
    assert trashed.trashed is not None
    assert storage.cache.find(ID, Size(40, 30), JPEG) is None
    assert editing.trash(ID) == trashed
    with pytest.raises(UnknownImage):
        services.renditions.get(ID, Size(40, 30), JPEG)
    with pytest.raises(UnknownImage):
        services.renditions.original(ID)
    restored = editing.restore(ID)
    assert restored.trashed is None
    assert restored.titles == ("One",)
    assert editing.restore(ID) == restored
    services.renditions.get(ID, Size(40, 30), JPEG).close()


def test_removal_takes_everything(
    editing: Editing, services: Services, tmp_path: Path, storage: Storage
) -> None:
    services.annotations.tag(ID, "vera", ["x"])
    services.renditions.get(ID, Size(40, 30), JPEG).close()
    editing.remove(ID)
    assert not original_file(tmp_path, ID).exists()
    assert storage.cache.find(ID, Size(40, 30), JPEG) is None
    assert services.images.tags() == []
    with pytest.raises(RemovedImage):
        services.renditions.original(ID)
    with pytest.raises(UnknownImage):
        editing.remove(ID)
    with pytest.raises(UnknownImage):
        editing.remove(NOBODY)


def test_a_removal_that_was_cut_short_can_be_finished(
    editing: Editing, services: Services, tmp_path: Path, storage: Storage
) -> None:
    storage.metadata.images.remove(ID)  # and then the power went
    editing.remove(ID)
    assert not original_file(tmp_path, ID).exists()
