"""Contract of images: get, save, update, remove, count, list, random."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from huimages_app.domain.history import Change
from huimages_app.domain.models import AnnotationSummary, Image, Query
from huimages_app.domain.rights import Rights
from huimages_app.errors import RemovedImage, UnknownImage
from huimages_app.storage.interfaces import MetadataBackend

from .samples import START, an_id, an_image, annotate, change, fill, put, walk

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
    rights=Rights(
        creator="Zoë",
        credit="Zoë / Agentur",
        copyright="© 1931",
        terms="Nur <redaktionell>",
        statement="https://example.com/l",
        licensor="Agentur",
        source_type="print",
    ),
    batches=("0123456789abcdef", "fedcba9876543210"),
    taken=START - timedelta(days=30_000, microseconds=1),
    camera="Leica Ⅰ",
    thumbhash="3PcNNYSFeXh/d3eld0iHZoZgVwh2",
    content=(0.0, 0.1234, 0.9999, 1.0),
    content_version=1,
    backdrop="#f4f3f1",
    corrected_content=(0.001, 0.2, 0.7, 0.9),
    uploader="anna",
    uploaded=START + timedelta(days=1, microseconds=7),
    history=(
        Change("c1", START, "title", None, "Möwe"),
        Change("c2", START, "references.artnr", ["1"], ["1", "2"], by="anna", job="j"),
        Change("c3", START + timedelta(microseconds=1), "trashed", None, True, undoes="c1"),
        Change("c4", START, "focus", [0.1, 1.0], None, visitors=("v1", "v2")),
    ),
)


class ImagesContract:
    def test_saved_image_is_returned(self, store: MetadataBackend) -> None:
        assert store.images.save(EVERYTHING.id, lambda _: EVERYTHING) == EVERYTHING
        assert store.images.get(EVERYTHING.id) == EVERYTHING
        assert store.images.get_many([EVERYTHING.id]) == {EVERYTHING.id: EVERYTHING}

    def test_saved_image_with_defaults_is_returned(self, store: MetadataBackend) -> None:
        least = Image(an_id(2), START, START, 1, 1)
        put(store, least)
        assert store.images.get(least.id) == least

    @pytest.mark.parametrize("microsecond", [0, 1, 999_999])
    def test_saved_times_are_exact(self, store: MetadataBackend, microsecond: int) -> None:
        image = an_image(1, created=START.replace(microsecond=microsecond))
        put(store, image)
        assert store.images.get(image.id).created == image.created
        assert store.images.get(image.id).created.utcoffset() == timedelta(0)

    def test_saved_very_long_values_are_returned(self, store: MetadataBackend) -> None:
        image = an_image(
            1,
            titles=("ä" * 100_000, "wort " * 2_000),
            references={"k" * 1_000: tuple(f"{n:040}" for n in range(300))},
            filename="x" * 5_000,
        )
        put(store, image, tags=("y" * 2_000,))
        assert store.images.get(image.id) == image
        assert walk(store, Query(text="wort")) == [image.id]
        assert walk(store, Query(tag="y" * 2_000)) == [image.id]

    def test_unknown_image_raises(self, store: MetadataBackend) -> None:
        with pytest.raises(UnknownImage) as raised:
            store.images.get(an_id(1))
        assert not isinstance(raised.value, RemovedImage)
        with pytest.raises(UnknownImage):
            store.images.update(an_id(1), lambda image: image)
        with pytest.raises(UnknownImage):
            store.images.remove(an_id(1))
        assert store.images.get_many([an_id(1)]) == {}

    def test_get_many_keeps_the_order_and_omits_unknown_images(
        self, store: MetadataBackend
    ) -> None:
        fill(store, range(4))
        asked = [an_id(3), an_id(9), an_id(0), an_id(2), an_id(0)]
        assert list(store.images.get_many(asked)) == [an_id(3), an_id(0), an_id(2)]
        assert store.images.get_many(iter(asked))[an_id(2)] == an_image(2)
        assert store.images.get_many([]) == {}

    def test_image_change_gets_the_stored_image(self, store: MetadataBackend) -> None:
        seen: list[Image | None] = []

        def add_title(image: Image | None) -> Image:
            seen.append(image)
            image = image or an_image(1)
            return replace(image, titles=(*image.titles, f"{len(image.titles)}"))

        store.images.save(an_id(1), add_title)
        store.images.save(an_id(1), add_title)
        assert seen[0] is None
        assert seen[-1] == an_image(1, titles=("0",))
        assert store.images.get(an_id(1)).titles == ("0", "1")

    def test_image_change_that_raises_stores_nothing(self, store: MetadataBackend) -> None:
        def fail(image: object) -> Image:
            raise ZeroDivisionError

        for image_id in [put(store, an_image(1)), an_id(2)]:
            with pytest.raises(ZeroDivisionError):
                store.images.save(image_id, fail)
        assert store.images.get(an_id(1)) == an_image(1)
        assert list(store.images.ids()) == [an_id(1)]
        change(store, an_id(1), titles=("still works",))

    def test_removed_image_raises_removed_image(self, store: MetadataBackend) -> None:
        fill(store, [1, 2])
        annotate(store, an_id(1), "vera", tags=("sea",), favorite=True, rating=7)
        store.images.remove(an_id(1))
        with pytest.raises(RemovedImage):
            store.images.get(an_id(1))
        with pytest.raises(UnknownImage):
            store.images.remove(an_id(1))
        with pytest.raises(UnknownImage):
            store.images.update(an_id(1), lambda image: image)
        assert store.images.get_many([an_id(1), an_id(2)]) == {an_id(2): an_image(2)}
        assert store.search.count() == 1
        assert list(store.images.ids()) == [an_id(2)]
        assert walk(store, Query()) == [an_id(2)]
        assert store.annotations.of_image(an_id(1)) == {}
        assert store.annotations.get(an_id(1), "vera").is_empty
        assert list(store.annotations.by_visitor("vera")) == []
        assert store.annotations.summary(an_id(1)) == AnnotationSummary()
        assert store.search.tags() == []
        for query in [Query(tag="sea"), Query(favorite_of="vera"), Query(order="rated")]:
            assert walk(store, query) == []

    def test_removal_is_refused_if_approve_raises(self, store: MetadataBackend) -> None:
        put(store, an_image(1), tags=("sea",))
        asked: list[Image] = []

        def refuse(image: Image) -> None:
            asked.append(image)
            raise ZeroDivisionError

        with pytest.raises(ZeroDivisionError):
            store.images.remove(an_id(1), refuse)
        assert asked == [an_image(1)]
        assert store.images.get(an_id(1)) == an_image(1)
        assert store.annotations.summary(an_id(1)).tags == {"sea": 1}
        store.images.remove(an_id(1), asked.append)
        assert asked[1:] == [an_image(1)]
        with pytest.raises(RemovedImage):
            store.images.get(an_id(1))

    def test_removed_image_can_be_created_again(self, store: MetadataBackend) -> None:
        put(store, an_image(1, titles=("old",)), tags=("sea",))
        store.images.remove(an_id(1))
        seen: list[Image | None] = []

        def make(image: Image | None) -> Image:
            seen.append(image)
            return an_image(1, titles=("new",))

        store.images.save(an_id(1), make)
        assert seen[-1] is None
        assert store.images.get(an_id(1)).titles == ("new",)
        assert store.annotations.summary(an_id(1)) == AnnotationSummary()
        assert walk(store, Query(text="old")) == []
        assert walk(store, Query(text="new")) == [an_id(1)]

    def test_second_backend_reads_the_same_images(
        self, store: MetadataBackend, opener: object
    ) -> None:
        fill(store, range(3))
        again = opener()  # type: ignore[operator]
        assert again.images.get(an_id(1)) == an_image(1)
        put(again, an_image(7))
        again.close()
        assert store.images.get(an_id(7)) == an_image(7)

    def test_ids_are_ascending(self, store: MetadataBackend) -> None:
        known = sorted(fill(store, range(20)))
        change(store, known[3], trashed=START)
        assert list(store.images.ids()) == known
        assert list(store.images.ids(after=known[4])) == known[5:]
        assert list(store.images.ids(after=known[4][:-1])) == known[4:]
        assert list(store.images.ids(after=known[-1])) == []

    def test_ids_continue_while_images_change(self, store: MetadataBackend) -> None:
        known = sorted(fill(store, range(10)))
        listing = store.images.ids()
        first = next(listing)
        store.images.remove(first)
        fill(store, [50])
        assert set(known) - {first} <= set(listing)

    def test_count_excludes_the_trash(self, store: MetadataBackend) -> None:
        assert store.search.count() == 0
        fill(store, range(5))
        change(store, an_id(0), trashed=START)
        store.images.remove(an_id(1))
        assert store.search.count() == 3
        change(store, an_id(0), trashed=None)
        assert store.search.count() == 4
        fill(store, range(5))
        assert store.search.count() == 5

    def test_random_images_are_different_and_not_trashed(self, store: MetadataBackend) -> None:
        assert store.search.random(3) == []
        known = fill(store, range(12))
        change(store, known[0], trashed=START)
        store.images.remove(known[11])
        everything = {image.id for image in store.search.random(99)}
        assert everything == set(known[1:11])
        assert store.search.random(0) == []
        draws = [store.search.random(4) for _ in range(100)]
        assert all(len({image.id for image in draw}) == 4 for draw in draws)
        assert {image.id for draw in draws for image in draw} == everything
        assert {draw[0].id for draw in draws} == everything
        assert draws[0][0] == store.images.get(draws[0][0].id)

    def test_check_passes_on_a_working_backend(self, store: MetadataBackend) -> None:
        store.check()
