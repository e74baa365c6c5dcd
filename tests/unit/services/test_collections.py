from __future__ import annotations

import io
import json
import logging
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from huimages_app.backends import Storage
from huimages_app.domain.collections import STEP, CollectionPatch
from huimages_app.errors import BadInput, EditConflict, UnknownCollection
from huimages_app.services.collections import state_of
from huimages_app.services.container import Services
from tests.support.pictures import photo
from tests.support.services import add

MISSING = "A" * 32 + "01"


@pytest.fixture
def ids(services: Services) -> list[str]:
    return [add(services, photo(60 + n, 40)).image.id for n in range(6)]


@pytest.fixture
def sea(services: Services, ids: list[str]) -> str:
    """Return the ID of a collection of all the images."""
    collection = services.collections.add(" The  sea ", "Waves\r\n\r\nand gulls\n\n")
    services.collection_images.add_images(collection.id, ids)
    return collection.id


def order(services: Services, collection_id: str) -> list[str]:
    return [image.id for image in services.collections.images(collection_id)]


def test_added_collection_is_cleaned_and_listed_by_title(services: Services, sea: str) -> None:
    services.collections.add("Bikes")
    assert [one.title for one in services.collections.all()] == ["Bikes", "The sea"]
    assert services.collections.get(sea).description == "Waves\n\nand gulls"


def test_collection_without_a_title_is_refused(services: Services) -> None:
    with pytest.raises(BadInput, match="needs a title"):
        services.collections.add(" \x00 ")
    with pytest.raises(BadInput, match="the text is too long"):
        services.collections.add("Sea", "x" * 5001)


@pytest.mark.parametrize("name", ["", "x", "nonenonenone", "../../../../"])
def test_unknown_collection_raises(services: Services, ids: list[str], name: str) -> None:
    collections, images = services.collections, services.collection_images
    for call in (
        lambda: collections.get(name),
        lambda: collections.update(name, CollectionPatch(title="x")),
        lambda: collections.remove(name),
        lambda: images.add_images(name, ids),
        lambda: images.remove_images(name, ids),
    ):
        with pytest.raises(UnknownCollection):
            call()


def test_images_are_in_the_order_in_which_they_were_added(
    services: Services, sea: str, ids: list[str]
) -> None:
    assert order(services, sea) == ids
    assert services.collections.sizes() == {sea: 6}
    image = services.images.get(ids[0])
    assert [one.id for one in services.collections.of_image(image)] == [sea]


def test_image_that_is_added_again_keeps_its_position(
    services: Services, sea: str, ids: list[str]
) -> None:
    assert services.collection_images.add_images(sea, [ids[2], MISSING]) == []
    assert order(services, sea) == ids


def test_trashed_image_leaves_and_returns_to_its_position(
    services: Services, sea: str, ids: list[str]
) -> None:
    services.editing.trash(ids[1])
    assert order(services, sea) == [ids[0], *ids[2:]]
    other = services.collections.add("Other").id
    assert services.collection_images.add_images(other, [ids[1]]) == []
    services.editing.restore(ids[1])
    assert order(services, sea) == ids


def test_removed_images_leave_the_collection(services: Services, sea: str, ids: list[str]) -> None:
    assert services.collection_images.remove_images(sea, [ids[0], ids[0], MISSING]) == [ids[0]]
    assert services.collection_images.remove_images(sea, [ids[0]]) == []
    assert order(services, sea) == ids[1:]


def test_move_puts_an_image_beside_another_one(
    services: Services, sea: str, ids: list[str]
) -> None:
    move, (a, b, c, d, e, f) = services.collection_images.move, ids
    move(sea, e, before=b)
    assert order(services, sea) == [a, e, b, c, d, f]
    move(sea, a, after=f)
    assert order(services, sea) == [e, b, c, d, f, a]
    move(sea, c, before=e)
    assert order(services, sea) == [c, e, b, d, f, a]
    move(sea, c)
    assert order(services, sea) == [e, b, d, f, a, c]
    move(sea, f, after=b)
    assert order(services, sea) == [e, b, f, d, a, c]
    move(sea, b, before=b)
    move(sea, b, after=e)
    assert order(services, sea) == [e, b, f, d, a, c]


def test_move_writes_one_record(services: Services, sea: str, ids: list[str]) -> None:
    before = services.images.get_many(ids)
    services.collection_images.move(sea, ids[4], before=ids[1])
    after = services.images.get_many(ids)
    assert [key for key in ids if after[key] != before[key]] == [ids[4]]


def test_steps_move_past_one_neighbour_or_to_an_end(
    services: Services, sea: str, ids: list[str]
) -> None:
    step, (a, b, c, *rest) = services.collection_images.step, ids
    step(sea, b, "earlier")
    assert order(services, sea) == [b, a, c, *rest]
    step(sea, b, "earlier")
    step(sea, rest[-1], "later")
    assert order(services, sea) == [b, a, c, *rest]
    step(sea, b, "later")
    assert order(services, sea) == ids
    step(sea, c, "first")
    step(sea, c, "first")
    assert order(services, sea) == [c, a, b, *rest]
    step(sea, c, "last")
    assert order(services, sea) == [a, b, *rest, c]


def test_move_of_an_image_elsewhere_is_refused(
    services: Services, sea: str, ids: list[str]
) -> None:
    other = add(services, photo(90, 40)).image.id
    with pytest.raises(BadInput, match="not in this collection"):
        services.collection_images.move(sea, other)
    with pytest.raises(EditConflict):
        services.collection_images.move(sea, ids[0], before=other)


def test_positions_are_numbered_anew_when_gaps_are_used_up(
    services: Services, sea: str, ids: list[str]
) -> None:
    """Moving to and fro at one position halves the gap each time."""
    expected = list(ids)
    for turn in range(80):
        moved = expected.pop(-1)
        expected.insert(1, moved)
        services.collection_images.move(sea, moved, after=expected[0])
        assert order(services, sea) == expected, turn


def test_move_separates_equal_positions(
    services: Services, storage: Storage, sea: str, ids: list[str]
) -> None:
    """Two nodes that were apart may have given the same position twice."""
    for image_id in ids:
        storage.metadata.images.update(
            image_id, lambda image: replace(image, collections={sea: STEP})
        )
    present = order(services, sea)
    services.collection_images.move(sea, present[0], after=present[3])
    assert order(services, sea) == [*present[1:4], present[0], *present[4:]]


def test_first_and_last_position_stay_when_gaps_are_made(services: Services) -> None:
    """Another editor may have put an image before the first one, or after the last one."""
    first, a, b, last = (add(services, photo(200 + n, 40)).image.id for n in range(4))
    collection = services.collections.add("Narrow").id
    services.collection_images.add_images(collection, [first, a, b, last])

    def positions() -> list[float]:
        images = services.images.get_many([first, last])
        return [images[one].collections[collection] for one in (first, last)]

    before = positions()
    for moved in [a, b] * 60:  # each halves the gap after the first one
        services.collection_images.move(collection, moved, after=first)
    assert positions() == before
    assert order(services, collection) == [first, b, a, last]


@pytest.mark.slow
def test_concurrent_changes_of_editors_are_all_kept(services: Services) -> None:
    """Two editors add images while two others move images: every image is there once."""
    images = [add(services, photo(100 + n, 40)).image.id for n in range(24)]
    collection = services.collections.add("Together").id
    services.collection_images.add_images(collection, images[:8])

    def adds(mine: list[str]) -> None:
        for image_id in mine:
            services.collection_images.add_images(collection, [image_id])

    def moves(mine: list[str]) -> None:
        for image_id in mine:
            services.collection_images.step(collection, image_id, "first")

    with ThreadPoolExecutor(4) as pool:
        done = [
            pool.submit(adds, images[8:16]),
            pool.submit(adds, images[16:]),
            pool.submit(moves, images[:4]),
            pool.submit(moves, images[4:8]),
        ]
        for each in done:
            each.result()
    found = order(services, collection)
    assert sorted(found) == sorted(images)
    for mine in (images[8:16], images[16:]):
        assert [one for one in found if one in mine] == mine
    for mine in (images[:4], images[4:8]):
        assert [one for one in found if one in mine] == mine[::-1]


def test_cover_is_the_chosen_image_else_the_first(
    services: Services, sea: str, ids: list[str]
) -> None:
    def cover() -> str:
        collections = services.collections.all()
        return services.collections.covers(collections)[sea].id

    assert cover() == ids[0]
    services.collections.update(sea, CollectionPatch(cover=ids[3]))
    assert cover() == ids[3]
    better = services.versions.replace(ids[3], io.BytesIO(photo(90, 60, seed=9))).image.id
    assert cover() == better
    services.editing.trash(better)
    assert cover() == ids[0]
    services.collection_images.remove_images(sea, [ids[0]])
    assert cover() == ids[1]
    empty = services.collections.add("Empty")
    assert services.collections.covers([empty]) == {}


def test_cover_must_be_an_image_of_the_collection(services: Services, sea: str) -> None:
    other = add(services, photo(90, 40)).image.id
    with pytest.raises(BadInput, match="is not in this collection"):
        services.collections.update(sea, CollectionPatch(cover=other))


def test_update_of_a_changed_collection_conflicts(services: Services, sea: str) -> None:
    collections = services.collections
    seen = state_of(collections.get(sea))
    collections.update(sea, CollectionPatch(title="Ocean"), lambda one: state_of(one) == seen)
    with pytest.raises(EditConflict):
        collections.update(sea, CollectionPatch(title="Sea"), lambda one: state_of(one) == seen)
    assert collections.get(sea).title == "Ocean"


def test_removed_collection_leaves_its_images(services: Services, sea: str, ids: list[str]) -> None:
    services.collections.remove(sea)
    image = services.images.get(ids[0])
    assert services.collections.of_image(image) == []
    assert services.collections.all() == []


def test_changes_are_in_the_audit_log(
    services: Services, sea: str, ids: list[str], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "huimages.audit")
    services.collection_images.move(sea, ids[0])
    services.collection_images.remove_images(sea, ids[:1])
    services.collection_images.add_images(sea, ids[:1])
    services.collections.update(sea, CollectionPatch(description=""))
    services.collections.remove(sea)
    lines = [json.loads(record.message) for record in caplog.records]
    assert [(line["action"], line["collection"]) for line in lines] == [
        ("moved in collection", sea),
        ("removed from collection", sea),
        ("added to collection", sea),
        ("collection changed", sea),
        ("collection removed", sea),
    ]


def test_replacing_picture_takes_the_position(services: Services, sea: str, ids: list[str]) -> None:
    new = services.versions.replace(ids[2], io.BytesIO(photo(200, 100))).image.id
    assert order(services, sea) == [*ids[:2], new, *ids[3:]]
