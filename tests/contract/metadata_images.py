"""One image: get, save, update, remove; and counting, listing, drawing them."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from huimages_app.domain.models import Image, Query, Summary
from huimages_app.errors import RemovedImage, UnknownImage
from huimages_app.storage.interfaces import Metadata

from .samples import START, an_id, an_image, change, fill, put, say, walk

EVERYTHING = an_image(
    1,
    modified=START + timedelta(days=365, microseconds=1),
    width=1,
    height=30_000,
    titles=("Möwe", 'sagt "100 % 🎄"', "l'été_[x](y) \\ ; --"),
    alt="Eine Möwe\nam <Strand> & mehr",
    references={"artnr": ("10106/02", "AB-12.3"), "path": ("/a b/ü",)},
    types=("product", "person"),
    filename="Möwe 1.jpeg",
    length=64_000_001,
    contenttype="image/heic",
    sha256="e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    focus=(0.3, 0.7000000000000001),
    placeholder="#a0b1c2",
    trashed=START + timedelta(days=400),
)


class ImagesContract:
    def test_what_was_saved_comes_back(self, store: Metadata) -> None:
        assert store.save(EVERYTHING.id, lambda _: EVERYTHING) == EVERYTHING
        assert store.get(EVERYTHING.id) == EVERYTHING
        assert store.get_many([EVERYTHING.id]) == {EVERYTHING.id: EVERYTHING}

    def test_the_least_comes_back(self, store: Metadata) -> None:
        least = Image(an_id(2), START, START, 1, 1)
        put(store, least)
        assert store.get(least.id) == least

    @pytest.mark.parametrize("microsecond", [0, 1, 999_999])
    def test_times_are_exact(self, store: Metadata, microsecond: int) -> None:
        image = an_image(1, created=START.replace(microsecond=microsecond))
        put(store, image)
        assert store.get(image.id).created == image.created
        assert store.get(image.id).created.utcoffset() == timedelta(0)

    def test_very_long_values(self, store: Metadata) -> None:
        image = an_image(
            1,
            titles=("ä" * 100_000, "wort " * 2_000),
            references={"k" * 1_000: tuple(f"{n:040}" for n in range(300))},
            filename="x" * 5_000,
        )
        put(store, image, tags=("y" * 2_000,))
        assert store.get(image.id) == image
        assert walk(store, Query(text="wort")) == [image.id]
        assert walk(store, Query(tag="y" * 2_000)) == [image.id]

    def test_an_unknown_image(self, store: Metadata) -> None:
        with pytest.raises(UnknownImage) as raised:
            store.get(an_id(1))
        assert not isinstance(raised.value, RemovedImage)
        with pytest.raises(UnknownImage):
            store.update(an_id(1), lambda image: image)
        with pytest.raises(UnknownImage):
            store.remove(an_id(1))
        assert store.get_many([an_id(1)]) == {}

    def test_get_many_keeps_the_order_and_leaves_out_the_unknown(self, store: Metadata) -> None:
        fill(store, range(4))
        asked = [an_id(3), an_id(9), an_id(0), an_id(2), an_id(0)]
        assert list(store.get_many(asked)) == [an_id(3), an_id(0), an_id(2)]
        assert store.get_many(iter(asked))[an_id(2)] == an_image(2)
        assert store.get_many([]) == {}

    def test_save_gives_the_record_to_the_change(self, store: Metadata) -> None:
        seen: list[Image | None] = []

        def add_title(image: Image | None) -> Image:
            seen.append(image)
            image = image or an_image(1)
            return replace(image, titles=(*image.titles, f"{len(image.titles)}"))

        store.save(an_id(1), add_title)
        store.save(an_id(1), add_title)
        assert seen[0] is None
        assert seen[-1] == an_image(1, titles=("0",))
        assert store.get(an_id(1)).titles == ("0", "1")

    def test_a_change_that_raises_stores_nothing(self, store: Metadata) -> None:
        def fail(image: object) -> Image:
            raise ZeroDivisionError

        for image_id in [put(store, an_image(1)), an_id(2)]:
            with pytest.raises(ZeroDivisionError):
                store.save(image_id, fail)
        assert store.get(an_id(1)) == an_image(1)
        assert list(store.ids()) == [an_id(1)]
        change(store, an_id(1), titles=("still works",))

    def test_removing(self, store: Metadata) -> None:
        fill(store, [1, 2])
        say(store, an_id(1), "vera", tags=("sea",), favorite=True, rating=7)
        store.remove(an_id(1))
        with pytest.raises(RemovedImage):
            store.get(an_id(1))
        with pytest.raises(UnknownImage):
            store.remove(an_id(1))
        with pytest.raises(UnknownImage):
            store.update(an_id(1), lambda image: image)
        assert store.get_many([an_id(1), an_id(2)]) == {an_id(2): an_image(2)}
        assert store.count() == 1
        assert list(store.ids()) == [an_id(2)]
        assert walk(store, Query()) == [an_id(2)]
        assert store.marks(an_id(1)) == {}
        assert store.mark(an_id(1), "vera").is_empty
        assert list(store.marks_by("vera")) == []
        assert store.summary(an_id(1)) == Summary()
        assert store.tags() == []
        for query in [Query(tag="sea"), Query(favorite_of="vera"), Query(order="rated")]:
            assert walk(store, query) == []

    def test_a_removal_can_be_refused(self, store: Metadata) -> None:
        put(store, an_image(1), tags=("sea",))
        asked: list[Image] = []

        def refuse(image: Image) -> None:
            asked.append(image)
            raise ZeroDivisionError

        with pytest.raises(ZeroDivisionError):
            store.remove(an_id(1), refuse)
        assert asked == [an_image(1)]
        assert store.get(an_id(1)) == an_image(1)
        assert store.summary(an_id(1)).tags == {"sea": 1}
        store.remove(an_id(1), asked.append)
        assert asked[1:] == [an_image(1)]
        with pytest.raises(RemovedImage):
            store.get(an_id(1))

    def test_a_removed_image_is_made_anew(self, store: Metadata) -> None:
        put(store, an_image(1, titles=("old",)), tags=("sea",))
        store.remove(an_id(1))
        seen: list[Image | None] = []

        def make(image: Image | None) -> Image:
            seen.append(image)
            return an_image(1, titles=("new",))

        store.save(an_id(1), make)
        assert seen[-1] is None
        assert store.get(an_id(1)).titles == ("new",)
        assert store.summary(an_id(1)) == Summary()
        assert walk(store, Query(text="old")) == []
        assert walk(store, Query(text="new")) == [an_id(1)]

    def test_another_opening_sees_the_same(self, store: Metadata, opener: object) -> None:
        fill(store, range(3))
        again = opener()  # type: ignore[operator]
        assert again.get(an_id(1)) == an_image(1)
        put(again, an_image(7))
        again.close()
        assert store.get(an_id(7)) == an_image(7)

    def test_ids(self, store: Metadata) -> None:
        known = sorted(fill(store, range(20)))
        change(store, known[3], trashed=START)
        assert list(store.ids()) == known
        assert list(store.ids(after=known[4])) == known[5:]
        assert list(store.ids(after=known[4][:-1])) == known[4:]
        assert list(store.ids(after=known[-1])) == []

    def test_ids_go_on_while_images_come_and_go(self, store: Metadata) -> None:
        known = sorted(fill(store, range(10)))
        listing = store.ids()
        first = next(listing)
        store.remove(first)
        fill(store, [50])
        assert set(known) - {first} <= set(listing)

    def test_counting(self, store: Metadata) -> None:
        assert store.count() == 0
        fill(store, range(5))
        change(store, an_id(0), trashed=START)
        store.remove(an_id(1))
        assert store.count() == 3
        change(store, an_id(0), trashed=None)
        assert store.count() == 4
        fill(store, range(5))
        assert store.count() == 5

    def test_random_images(self, store: Metadata) -> None:
        assert store.random(3) == []
        known = fill(store, range(12))
        change(store, known[0], trashed=START)
        store.remove(known[11])
        everything = {image.id for image in store.random(99)}
        assert everything == set(known[1:11])
        assert store.random(0) == []
        draws = [store.random(4) for _ in range(100)]
        assert all(len({image.id for image in draw}) == 4 for draw in draws)
        assert {image.id for draw in draws for image in draw} == everything
        assert {draw[0].id for draw in draws} == everything
        assert draws[0][0] == store.get(draws[0][0].id)

    def test_check(self, store: Metadata) -> None:
        store.check()
