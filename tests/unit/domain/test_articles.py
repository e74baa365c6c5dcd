"""Positions in articles: arranging gives the requested order and changes few positions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from huimages_app.domain.articles import (
    MAIN,
    arranged,
    from_segment,
    pruned,
    to_segment,
    with_place,
    with_role,
)
from huimages_app.domain.models import Image, Place
from huimages_app.storage.places import rank
from tests.contract.samples import an_id, an_image

KEY, NUMBER = "artnr", "10106"


def picture(number: int, at: float | None = None, role: str = "") -> Image:
    references = {KEY: (NUMBER,)}
    return an_image(number, references=references, places={KEY: {NUMBER: Place(at, role)}})


def in_order(images: Sequence[Image]) -> list[Image]:
    return sorted(images, key=lambda image: (rank(image.place(KEY, NUMBER)), image.created))


def applied(images: Sequence[Image], places: Mapping[str, Place]) -> list[Image]:
    return [
        with_place(image, KEY, NUMBER, places[image.id]) if image.id in places else image
        for image in images
    ]


def numbers(*images: int) -> list[str]:
    return [an_id(image) for image in images]


AT = st.none() | st.integers(-3, 3).map(float) | st.floats(-1e3, 1e3)


@given(st.lists(AT, max_size=8), st.randoms(use_true_random=False))
def test_arranged_images_are_in_the_requested_order(
    ats: list[float | None], random: object
) -> None:
    images = [picture(index, at) for index, at in enumerate(ats)]
    random.shuffle(images)  # type: ignore[attr-defined]
    changed = applied(images, arranged(images, KEY, NUMBER))
    assert in_order(changed) == changed


@given(st.lists(AT, max_size=8))
def test_present_order_changes_only_equal_positions(ats: list[float | None]) -> None:
    images = in_order([picture(index, at) for index, at in enumerate(ats)])
    placed = [at for at in ats if at is not None]
    if len({*placed}) == len(placed) and not _narrow(placed):
        assert arranged(images, KEY, NUMBER) == {}


def _narrow(ats: Sequence[float]) -> bool:
    ordered = sorted(ats)
    return any(b - a < 1e-6 for a, b in pairwise(ordered))


@given(st.integers(2, 9), st.data())
def test_moved_image_changes_one_record(count: int, data: st.DataObject) -> None:
    images = [picture(number, number * 10.0) for number in range(count)]
    moved = images.pop(data.draw(st.integers(0, count - 1)))
    images.insert(data.draw(st.integers(0, count - 1)), moved)
    assert len(arranged(images, KEY, NUMBER)) <= 1


def test_positions_between_others_are_whole_while_possible() -> None:
    images = [picture(1, 10), picture(3), picture(2, 20), picture(4)]
    assert arranged(images, KEY, NUMBER) == {an_id(3): Place(15)}
    images = [picture(1, 10), picture(3), picture(2, 11)]
    assert arranged(images, KEY, NUMBER) == {an_id(3): Place(10.5)}
    assert arranged([picture(2), picture(1, 10)], KEY, NUMBER) == {an_id(2): Place(0)}


def test_positions_are_numbered_anew_when_gaps_are_used_up() -> None:
    images = [picture(1, 10), picture(3), picture(2, 10.000001)]
    places = arranged(images, KEY, NUMBER)
    assert [place.at for place in places.values()] == [20, 30]


def test_images_without_position_at_the_end_get_none() -> None:
    images = [picture(1, 10), picture(2), picture(3)]
    assert arranged(images, KEY, NUMBER) == {}
    assert [*arranged([images[2], images[0], images[1]], KEY, NUMBER)] == numbers(3)
    assert [*arranged([images[0], images[2], images[1]], KEY, NUMBER)] == numbers(3)


def test_main_image_is_the_first() -> None:
    images = [picture(1, 10, MAIN), picture(2, 20, "back"), picture(3, 30)]
    assert with_role(images, KEY, NUMBER, an_id(2), MAIN) == {
        an_id(2): Place(0, MAIN),
        an_id(1): Place(10),
    }
    moved = [images[2], images[0], images[1]]
    assert arranged(moved, KEY, NUMBER) == {an_id(3): Place(0), an_id(1): Place(10)}


def test_change_of_role_changes_one_record() -> None:
    images = [picture(1, 10, MAIN), picture(2, 20, "back"), picture(3)]
    assert with_role(images, KEY, NUMBER, an_id(3), "back") == {an_id(3): Place(None, "back")}
    assert with_role(images, KEY, NUMBER, an_id(2), "") == {an_id(2): Place(20)}
    assert with_role(images, KEY, NUMBER, an_id(2), "back") == {}


def test_place_is_removed_with_its_reference() -> None:
    places = {KEY: {NUMBER: Place(1), "7": Place(2), "8": Place()}, "ean": {"4": Place(3)}}
    assert pruned(places, {KEY: (NUMBER, "8")}) == {KEY: {NUMBER: Place(1)}}


@pytest.mark.parametrize(
    ("number", "segment"),
    [
        ("10106", "10106"),
        ("10106/02", "10106%2F02"),
        ("50%", "50%25"),
        ("50%2F", "50%252F"),
        (".", "%2E"),
        ("..", "%2E%2E"),
        ("@@x", "%40%40x"),
        ("a.b@c", "a.b@c"),
        ("a\\b", "a%5Cb"),
        ("Größe 5", "Größe 5"),
    ],
)
def test_article_number_survives_a_path_segment(number: str, segment: str) -> None:
    assert to_segment(number) == segment
    assert from_segment(segment) == number
