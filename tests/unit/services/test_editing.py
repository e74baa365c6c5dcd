from __future__ import annotations

import json
import logging
from datetime import UTC, datetime
from pathlib import Path

import pytest

from huimages_app.backends import Storage
from huimages_app.domain.formats import JPEG
from huimages_app.domain.ids import image_id
from huimages_app.domain.sizes import Size
from huimages_app.errors import BadInput, RemovedImage, UnknownImage
from huimages_app.services.container import Services
from huimages_app.services.editing import Editing
from huimages_app.services.image_patch import ImagePatch
from tests.support.pictures import photo
from tests.support.services import add, original_file, patch_of

PHOTO = photo(80, 60)
ID = image_id(PHOTO)
UNKNOWN_ID = "A" * 32 + "01"


@pytest.fixture
def editing(services: Services) -> Editing:
    add(services, PHOTO, title="One")
    return services.editing


def test_title_is_cleaned_and_earlier_titles_are_kept(editing: Editing, services: Services) -> None:
    before = services.images.get_any(ID).modified
    assert editing.update(ID, ImagePatch(title=" Two\n")).titles == ("One", "Two")
    assert editing.update(ID, ImagePatch(title="One")).titles == ("Two", "One")
    image = services.images.get_any(ID)
    assert image.title == "One"
    assert image.modified > before
    # An equal title changes nothing, not even the time of modification.
    assert editing.update(ID, ImagePatch(title="One")) == image
    with pytest.raises(BadInput, match="the title is empty"):
        editing.update(ID, ImagePatch(title=" \x00 "))


def test_alternative_text_is_cleaned_and_removed(editing: Editing) -> None:
    assert editing.update(ID, ImagePatch(alt=" A\tbike ")).alt == "A bike"
    assert editing.update(ID, ImagePatch(alt="")).alt == ""


def test_focal_point_is_set_removed_and_validated(editing: Editing) -> None:
    assert editing.update(ID, ImagePatch(focus=(0, 1))).focus == (0, 1)
    assert editing.update(ID, ImagePatch(focus=None)).focus is None
    for focus in ((1.01, 0.5), (0.5, -0.1), (float("nan"), 0.5)):
        with pytest.raises(BadInput, match="a focal point is two numbers from 0 to 1"):
            editing.update(ID, ImagePatch(focus=focus))


def test_patch_of_an_upload_adds_values(editing: Editing) -> None:
    when = datetime(2009, 4, 1, tzinfo=UTC)
    editing.update(ID, patch_of(references={"artnr": ["1"]}, type="a"))
    image = editing.update(
        ID, patch_of(timestamp=when, title="Two", references={"artnr": ["2"]}, type="b")
    )
    assert image.created == when
    assert image.titles == ("One", "Two")
    assert image.references == {"artnr": ("1", "2")}
    assert image.types == ("a", "b")
    assert editing.update(ID, ImagePatch()) == image


def test_references_are_replaced_by_key(editing: Editing) -> None:
    editing.update(ID, ImagePatch(references={"artnr": ["1"], "path": ["p"]}))
    patch = ImagePatch(references={"artnr": ["2", ""], "path": []})
    assert editing.update(ID, patch).references == {"artnr": ("2",)}


def test_update_of_a_missing_image_raises(editing: Editing) -> None:
    with pytest.raises(UnknownImage):
        editing.update(UNKNOWN_ID, ImagePatch(title="x"))


def test_update_of_a_trashed_image_raises_and_changes_nothing(
    editing: Editing, services: Services
) -> None:
    trashed = editing.trash(ID)
    with pytest.raises(UnknownImage):
        editing.update(ID, ImagePatch(title="x"))
    assert services.images.get_any(ID) == trashed


@pytest.mark.parametrize(
    ("patch", "action"),
    [
        (ImagePatch(title="Two"), "retitled"),
        (ImagePatch(alt="A bike"), "alt text changed"),
        (ImagePatch(focus=None), "focal point moved"),
        (ImagePatch(references={"artnr": ["1"]}), "references changed"),
        (ImagePatch(title="Two", alt="A bike"), "revised"),
        (ImagePatch(types=["a"]), "revised"),
        (ImagePatch(added_types=["a"]), "described"),
    ],
)
def test_audit_log_names_the_change(
    editing: Editing, caplog: pytest.LogCaptureFixture, patch: ImagePatch, action: str
) -> None:
    caplog.set_level(logging.INFO, "huimages.audit")
    editing.update(ID, patch)
    assert json.loads(caplog.messages[-1])["action"] == action


def test_trashed_image_has_no_renditions_until_it_is_restored(
    editing: Editing, services: Services, storage: Storage
) -> None:
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


def test_removal_deletes_original_renditions_and_annotations(
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
        editing.remove(UNKNOWN_ID)


def test_interrupted_removal_can_be_repeated(
    editing: Editing, services: Services, tmp_path: Path, storage: Storage
) -> None:
    storage.metadata.images.remove(ID)  # as if the process had been killed here
    editing.remove(ID)
    assert not original_file(tmp_path, ID).exists()
