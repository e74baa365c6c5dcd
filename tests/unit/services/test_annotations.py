"""Tags, ratings and favourites of visitors."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from huimages_app.domain.ids import image_id
from huimages_app.domain.models import Query
from huimages_app.domain.tags import MAX_TAGS
from huimages_app.errors import BadInput, UnknownImage
from huimages_app.services.annotations import Annotations
from huimages_app.services.container import Services
from tests.support.pictures import photo
from tests.support.services import add

PHOTO = photo(80, 60)
ID = image_id(PHOTO)
MISSING = "A" * 32 + "01"


@pytest.fixture
def annotations(services: Services) -> Annotations:
    add(services, PHOTO, title="One")
    return services.annotations


def test_tags_of_several_visitors_are_counted(annotations: Annotations) -> None:
    annotations.tag(ID, "vera", ["red", "bike"])
    annotations.tag(ID, "otto", ["red"])
    annotations.tag(ID, "vera", [])
    assert annotations.summary(ID).tags == {"red": 2, "bike": 1}


def test_untag_removes_the_own_tag_only(annotations: Annotations) -> None:
    annotations.tag(ID, "vera", ["red", "bike"])
    annotations.tag(ID, "otto", ["red"])
    annotations.untag(ID, "vera", "red")
    annotations.untag(ID, "vera", "never given")
    assert annotations.summary(ID).tags == {"red": 1, "bike": 1}


def test_untag_all_removes_the_tag_of_every_visitor(annotations: Annotations) -> None:
    annotations.tag(ID, "vera", ["red", "bike"])
    annotations.tag(ID, "otto", ["red"])
    annotations.favorite(ID, "anna", True)
    annotations.untag_all(ID, "red")
    assert annotations.summary(ID).tags == {"bike": 1}
    assert annotations.get(ID, "anna").favorite


def test_too_many_tags_change_nothing(annotations: Annotations) -> None:
    annotations.tag(ID, "vera", [f"t{i}" for i in range(MAX_TAGS)])
    with pytest.raises(BadInput, match="too many"):
        annotations.tag(ID, "vera", ["one", "more"])
    assert len(annotations.get(ID, "vera").tags) == MAX_TAGS


def test_rate_returns_the_average_of_all_visitors(annotations: Annotations) -> None:
    assert annotations.rate(ID, "vera", 0).rating == 0
    assert annotations.rate(ID, "otto", 10).rating == 5
    assert annotations.rate(ID, "otto", 4).rating == 2
    assert annotations.rate(ID, "vera", None).rating == 4


@pytest.mark.parametrize("rating", [-1, 11])
def test_rate_rejects_ratings_out_of_range(annotations: Annotations, rating: int) -> None:
    with pytest.raises(BadInput, match="a rating is a whole number from 0 to 10"):
        annotations.rate(ID, "vera", rating)


def test_favorite_is_found_until_it_is_ended(annotations: Annotations, services: Services) -> None:
    annotations.favorite(ID, "vera", True)
    assert [i.id for i in services.images.page(Query(favorite_of="vera"), 9).images] == [ID]
    annotations.favorite(ID, "vera", False)
    assert not annotations.get(ID, "vera").favorite


CHANGES: list[Callable[[Annotations, str], object]] = [
    lambda annotations, id_: annotations.tag(id_, "vera", ["x"]),
    lambda annotations, id_: annotations.untag(id_, "vera", "x"),
    lambda annotations, id_: annotations.untag_all(id_, "x"),
    lambda annotations, id_: annotations.rate(id_, "vera", 1),
    lambda annotations, id_: annotations.favorite(id_, "vera", True),
]


@pytest.mark.parametrize("change", CHANGES)
def test_change_of_a_missing_image_raises(
    annotations: Annotations, change: Callable[[Annotations, str], object]
) -> None:
    with pytest.raises(UnknownImage):
        change(annotations, MISSING)


@pytest.mark.parametrize("change", CHANGES)
def test_change_of_a_trashed_image_raises_and_changes_nothing(
    annotations: Annotations, services: Services, change: Callable[[Annotations, str], object]
) -> None:
    annotations.tag(ID, "vera", ["x"])
    services.editing.trash(ID)
    before = annotations.get(ID, "vera")
    with pytest.raises(UnknownImage):
        change(annotations, ID)
    assert annotations.get(ID, "vera") == before
