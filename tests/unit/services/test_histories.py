"""Histories: entries of changes, and taking changes back."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from huimages_app.domain.history import MAX_CHANGES, Change
from huimages_app.domain.image_fields import fields_of
from huimages_app.domain.models import Image
from huimages_app.errors import BadInput, EditConflict, UnknownChange
from huimages_app.services import audit
from huimages_app.services.container import Services
from huimages_app.services.image_patch import ImagePatch
from tests.support import pictures
from tests.support.services import add, services_in


@pytest.fixture
def services(tmp_path: Path) -> Iterator[Services]:
    services = services_in(tmp_path)
    yield services
    services.close()


@pytest.fixture
def image(services: Services) -> Image:
    references = {"artnr": ["10106"]}
    return add(services, pictures.photo(60, 40), title="Quay", references=references).image


def history(services: Services, image: Image) -> list[tuple[Any, ...]]:
    changes = services.histories.of(image.id)
    return [(change.field, change.before, change.after) for change in changes]


def last(services: Services, image: Image) -> Change:
    return services.histories.of(image.id)[-1]


def edit(services: Services, image: Image, **fields: Any) -> Image:
    return services.editing.update(image.id, ImagePatch(**fields))


def test_upload_is_not_recorded(services: Services, image: Image) -> None:
    assert history(services, image) == []


def test_edit_is_recorded_by_field_with_author(services: Services, image: Image) -> None:
    with audit.acting_as(lambda: {"by_account": "anna", "by_address": "192.0.2.1"}):
        edit(services, image, title="Pier", alt="A pier")
    changes = services.histories.of(image.id)
    assert history(services, image) == [("title", "Quay", "Pier"), ("alt", None, "A pier")]
    assert {change.by for change in changes} == {"anna"}


def test_edit_without_effect_is_not_recorded(services: Services, image: Image) -> None:
    edit(services, image, title="Quay")
    assert history(services, image) == []


@pytest.mark.parametrize(
    ("actor", "name"),
    [
        ({"by_account": "anna"}, "anna"),
        ({"by_token": "1f2e"}, "token 1f2e"),
        ({"by_visitor": "v" * 32}, ""),
        ({"by_program": "huimages of root"}, "huimages of root"),
    ],
)
def test_author_is_account_token_or_program(
    services: Services, image: Image, actor: dict[str, str], name: str
) -> None:
    with audit.acting_as(lambda: actor):
        edit(services, image, alt="A pier")
    assert last(services, image).by == name


CHANGES: dict[str, Callable[[Services, Image], object]] = {
    "title": lambda s, i: edit(s, i, title="Pier"),
    "alt": lambda s, i: edit(s, i, alt="A pier"),
    "references.artnr": lambda s, i: edit(s, i, references={"artnr": ["10107"]}),
    "references.path": lambda s, i: edit(s, i, added_references={"path": ["a/b"]}),
    "types": lambda s, i: edit(s, i, types=["product"]),
    "focus": lambda s, i: edit(s, i, focus=(0.25, 0.75)),
    "corrected_content": lambda s, i: edit(s, i, corrected_content=(0.1, 0.2, 0.8, 0.9)),
    "rights.creator": lambda s, i: edit(s, i, rights={"creator": "Zoë"}),
    "taken": lambda s, i: edit(s, i, taken=i.created),
    "created": lambda s, i: edit(s, i, created=i.created.replace(year=2009)),
    "places.artnr/10106": lambda s, i: s.articles.set_role("artnr", "10106", i.id, "back"),
    "trashed": lambda s, i: s.editing.trash(i.id),
}


@pytest.mark.parametrize("field", CHANGES)
def test_change_of_each_field_can_be_taken_back(
    services: Services, image: Image, field: str
) -> None:
    before = fields_of(services.images.get(image.id))
    CHANGES[field](services, image)
    change = next(c for c in services.histories.of(image.id) if c.field == field)
    assert (change.before, change.after) == (
        before.get(field),
        fields_of(services.images.get_any(image.id)).get(field),
    )
    services.histories.take_back(image.id, change.id)
    assert fields_of(services.images.get(image.id)) == before
    assert last(services, image).undoes == change.id


def test_first_title_taken_back_leaves_none(services: Services) -> None:
    image = add(services, pictures.photo(60, 40, seed=2)).image
    edit(services, image, title="Quay")
    services.histories.take_back(image.id, last(services, image).id)
    assert services.images.get(image.id).titles == ()


def test_field_that_changed_since_stays(services: Services, image: Image) -> None:
    edit(services, image, title="Pier")
    change = last(services, image)
    edit(services, image, title="Harbour")
    with pytest.raises(EditConflict, match="title"):
        services.histories.take_back(image.id, change.id)
    assert services.images.get(image.id).title == "Harbour"


def test_field_that_changed_since_is_taken_back_if_the_present_value_is_known(
    services: Services, image: Image
) -> None:
    edit(services, image, title="Pier")
    change = last(services, image)
    edit(services, image, title="Harbour")
    services.histories.take_back(image.id, change.id, "Harbour")
    assert services.images.get(image.id).title == "Quay"


def test_taking_back_twice_changes_nothing(services: Services, image: Image) -> None:
    edit(services, image, title="Pier")
    change = last(services, image)
    services.histories.take_back(image.id, change.id)
    after = services.images.get(image.id)
    services.histories.take_back(image.id, change.id)
    assert services.images.get(image.id) == after


def test_place_in_an_article_that_was_left_is_refused(services: Services, image: Image) -> None:
    services.articles.set_role("artnr", "10106", image.id, "back")
    edit(services, image, references={"artnr": []})
    removed = next(
        c
        for c in services.histories.of(image.id)
        if c.field == "places.artnr/10106" and c.after is None
    )
    with pytest.raises(BadInput, match="another field"):
        services.histories.take_back(image.id, removed.id)


def test_unknown_change_is_refused(services: Services, image: Image) -> None:
    with pytest.raises(UnknownChange, match="no change 'x'"):
        services.histories.take_back(image.id, "x")


def test_history_keeps_the_newest_changes(services: Services, image: Image) -> None:
    for number in range(MAX_CHANGES + 5):
        edit(services, image, alt=f"{number}")
    alts = [after for _, _, after in history(services, image)]
    assert alts == [f"{number}" for number in range(5, MAX_CHANGES + 5)]


def test_history_with_long_values_is_bounded(services: Services, image: Image) -> None:
    for number in range(40):
        edit(services, image, alt=f"{number} " + "ä" * 900)
    assert 1 <= len(history(services, image)) <= 10


# -- tags


def tags(services: Services, image: Image) -> dict[str, int]:
    return dict(services.annotations.summary(image.id).tags)


def test_removed_tag_is_recorded_and_given_back_to_its_visitors(
    services: Services, image: Image
) -> None:
    for visitor in ("vera", "otto"):
        services.annotations.tag(image.id, visitor, ["sea"])
    before = tags(services, image)
    services.annotations.untag_all(image.id, "sea")
    assert tags(services, image) == {}
    change = last(services, image)
    assert (change.field, change.before, change.after) == ("tags", ["sea"], None)
    services.histories.take_back(image.id, change.id)
    assert tags(services, image) == before == {"sea": 2}


def test_tags_that_visitors_changed_since_are_kept(services: Services, image: Image) -> None:
    services.annotations.tag(image.id, "vera", ["sea"])
    services.annotations.untag_all(image.id, "sea")
    change = last(services, image)
    services.histories.take_back(image.id, change.id)
    again = last(services, image)
    services.annotations.untag(image.id, "vera", "sea")
    services.histories.take_back(image.id, again.id)  # as it was before
    assert tags(services, image) == {}


def test_removal_of_a_tag_without_uses_is_not_recorded(services: Services, image: Image) -> None:
    services.annotations.untag_all(image.id, "sea")
    assert history(services, image) == []


def test_own_tags_of_an_account_are_recorded_and_taken_back(
    services: Services, image: Image
) -> None:
    with audit.acting_as(lambda: {"by_account": "vera"}):
        services.annotations.tag(image.id, "vera", ["Sea", "sun"])
        services.annotations.tag(image.id, "vera", ["sea"])  # changes nothing
        services.annotations.untag(image.id, "vera", "sun")
        services.annotations.untag(image.id, "vera", "sun")
    added, removed = services.histories.of(image.id)
    assert (added.field, added.before, added.after, added.by) == (
        "tags",
        None,
        ["Sea", "sun"],
        "vera",
    )
    assert (removed.before, removed.after) == (["sun"], None)
    services.histories.take_back(image.id, removed.id)
    assert tags(services, image) == {"sea": 1, "sun": 1}
    services.histories.take_back(image.id, added.id)
    assert tags(services, image) == {}


def test_own_tags_of_a_visitor_without_a_name_are_not_recorded(
    services: Services, image: Image
) -> None:
    with audit.acting_as(lambda: {"by_address": "192.0.2.1"}):
        services.annotations.tag(image.id, "anonymous", ["sea"])
        services.annotations.untag(image.id, "anonymous", "sea")
    assert history(services, image) == []
