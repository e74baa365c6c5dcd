from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from huimages_app.domain.formats import JPEG
from huimages_app.domain.ids import image_id
from huimages_app.domain.models import Query
from huimages_app.domain.sizes import Size
from huimages_app.domain.tags import MAX_TAGS
from huimages_app.errors import BadInput, RemovedImage, UnknownImage
from huimages_app.services import Library
from huimages_app.services.editing import Editing
from tests.support.libraries import add, original_file
from tests.support.pictures import photo

PHOTO = photo(80, 60)
ID = image_id(PHOTO)
NOBODY = "A" * 32 + "01"


@pytest.fixture
def editing(library: Library) -> Editing:
    add(library, PHOTO, title="One")
    return library.editing


def test_titles(editing: Editing, library: Library) -> None:
    before = library.metadata.get(ID).modified
    assert editing.retitle(ID, " Two\n").titles == ("One", "Two")
    assert editing.retitle(ID, "One").titles == ("Two", "One")
    image = library.metadata.get(ID)
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
    taken = datetime(2009, 4, 1, tzinfo=UTC)
    editing.describe(ID, references={"artnr": ["1"]}, type_="a")
    image = editing.describe(
        ID, timestamp=taken, title="Two", references={"artnr": ["2"]}, type_="b"
    )
    assert image.created == taken
    assert image.titles == ("One", "Two")
    assert image.references == {"artnr": ("1", "2")}
    assert image.types == ("a", "b")
    assert editing.describe(ID) == image


def test_references_can_be_replaced(editing: Editing) -> None:
    editing.set_references(ID, {"artnr": ["1"], "path": ["p"]})
    assert editing.set_references(ID, {"artnr": ["2", ""]}).references == {"artnr": ("2",)}


def test_tags(editing: Editing, library: Library) -> None:
    assert editing.tag(ID, "vera", "Red, BIKE red") == ("red", "bike")
    editing.tag(ID, "otto", "red")
    assert editing.tag(ID, "vera", " , ") == ()
    assert library.metadata.summary(ID).tags == {"red": 2, "bike": 1}
    editing.untag(ID, "vera", "red")
    editing.untag(ID, "vera", "never given")
    assert library.metadata.summary(ID).tags == {"red": 1, "bike": 1}
    editing.tag(ID, "vera", "red")
    editing.favorite(ID, "anna", True)
    editing.untag_all(ID, "red")
    assert library.metadata.summary(ID).tags == {"bike": 1}


def test_too_many_tags_leave_those_that_are_there(editing: Editing, library: Library) -> None:
    editing.tag(ID, "vera", " ".join(f"t{i}" for i in range(MAX_TAGS)))
    with pytest.raises(BadInput, match="too many"):
        editing.tag(ID, "vera", "one more")
    assert len(library.metadata.mark(ID, "vera").tags) == MAX_TAGS


def test_ratings(editing: Editing) -> None:
    assert editing.rate(ID, "vera", 0).rating == 0
    assert editing.rate(ID, "otto", 10).rating == 5
    assert editing.rate(ID, "otto", 4).rating == 2
    assert editing.rate(ID, "vera", None).rating == 4
    for rating in (-1, 11):
        with pytest.raises(BadInput, match="a rating is a whole number from 0 to 10"):
            editing.rate(ID, "vera", rating)


def test_favourites(editing: Editing, library: Library) -> None:
    editing.favorite(ID, "vera", True)
    assert [i.id for i in library.metadata.page(Query(favorite_of="vera"), 9).images] == [ID]
    editing.favorite(ID, "vera", False)
    assert not library.metadata.mark(ID, "vera").favorite


ON_AN_IMAGE: list[Callable[[Editing, str], object]] = [
    lambda editing, id_: editing.retitle(id_, "x"),
    lambda editing, id_: editing.set_alt(id_, "x"),
    lambda editing, id_: editing.set_focus(id_, (0, 0)),
    lambda editing, id_: editing.describe(id_, title="x"),
    lambda editing, id_: editing.set_references(id_, {}),
    lambda editing, id_: editing.tag(id_, "vera", "x"),
    lambda editing, id_: editing.untag(id_, "vera", "x"),
    lambda editing, id_: editing.untag_all(id_, "x"),
    lambda editing, id_: editing.rate(id_, "vera", 1),
    lambda editing, id_: editing.favorite(id_, "vera", True),
]


@pytest.mark.parametrize("act", ON_AN_IMAGE)
def test_nothing_is_done_to_an_image_that_is_not_there(
    editing: Editing, act: Callable[[Editing, str], object]
) -> None:
    with pytest.raises(UnknownImage):
        act(editing, NOBODY)


@pytest.mark.parametrize("act", ON_AN_IMAGE)
def test_nothing_is_done_to_an_image_in_the_trash(
    editing: Editing, library: Library, act: Callable[[Editing, str], object]
) -> None:
    editing.tag(ID, "vera", "x")
    trashed = editing.trash(ID)
    with pytest.raises(UnknownImage):
        act(editing, ID)
    assert library.metadata.get(ID) == trashed


def test_trash_and_back(editing: Editing, library: Library) -> None:
    library.renditions.get(ID, Size(40, 30), JPEG).close()
    trashed = editing.trash(ID)
    assert trashed.trashed is not None
    assert library.cache.find(ID, Size(40, 30), JPEG) is None
    assert editing.trash(ID) == trashed
    with pytest.raises(UnknownImage):
        library.renditions.get(ID, Size(40, 30), JPEG)
    with pytest.raises(UnknownImage):
        library.renditions.original(ID)
    restored = editing.restore(ID)
    assert restored.trashed is None
    assert restored.titles == ("One",)
    assert editing.restore(ID) == restored
    library.renditions.get(ID, Size(40, 30), JPEG).close()


def test_removal_takes_everything(editing: Editing, library: Library, tmp_path: Path) -> None:
    editing.tag(ID, "vera", "x")
    library.renditions.get(ID, Size(40, 30), JPEG).close()
    editing.remove(ID)
    assert not original_file(tmp_path, ID).exists()
    assert library.cache.find(ID, Size(40, 30), JPEG) is None
    assert library.metadata.tags() == []
    with pytest.raises(RemovedImage):
        library.renditions.original(ID)
    with pytest.raises(UnknownImage):
        editing.remove(ID)
    with pytest.raises(UnknownImage):
        editing.remove(NOBODY)


def test_a_removal_that_was_cut_short_can_be_finished(
    editing: Editing, library: Library, tmp_path: Path
) -> None:
    library.metadata.remove(ID)  # and then the power went
    editing.remove(ID)
    assert not original_file(tmp_path, ID).exists()
