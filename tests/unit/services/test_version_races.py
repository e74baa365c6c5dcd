"""Editors who change the versions of one image at the same time."""

from __future__ import annotations

import io
import threading
from datetime import UTC, datetime

import pytest

from huimages_app.domain.ids import image_id
from huimages_app.domain.models import Image, Place
from huimages_app.errors import (
    EditConflict,
    UnknownImage,
)
from huimages_app.services.container import Services
from huimages_app.services.image_patch import ImagePatch
from tests.support.versions import (
    a_photo,
    added,
    chain,
    faults,
    record,
    replaced,
    versions,
    visible,
)


def test_concurrent_replacements_of_one_image_are_both_kept(services: Services) -> None:
    old = added(services, 0, references={"artnr": ["10106"]})
    seeds = range(1, 7)
    barrier = threading.Barrier(len(seeds))

    def work(seed: int) -> None:
        barrier.wait()
        replaced(services, old, seed)

    threads = [threading.Thread(target=work, args=[seed]) for seed in seeds]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    everything = {old, *(image_id(a_photo(seed)) for seed in seeds)}
    assert set(versions(services, old)) == everything
    [newest] = visible(services)
    assert versions(services, old)[-1] == newest
    faults(services, repair=True)
    assert faults(services) == []
    assert set(versions(services, old)) == everything


def test_edit_between_the_two_writes_is_taken_over(services: Services) -> None:
    old = added(services, 1, title="Red")
    new = added(services, 2)
    stored = services.versions._take_over(
        new, record(services, old), datetime.now(UTC), lambda new, old: new
    )
    services.editing.update(old, ImagePatch(title="Blue"))
    assert stored.title == "Red"
    assert replaced(services, old, 2).image.titles == ("Red", "Blue")


def test_replacement_that_expects_another_version_is_refused(services: Services) -> None:
    first, _ = chain(services, 1, 2)

    def unchanged(image: Image) -> bool:
        return image.id == first

    with pytest.raises(EditConflict):
        services.versions.replace(first, io.BytesIO(a_photo(3)), unchanged=unchanged)
    with pytest.raises(UnknownImage):
        record(services, image_id(a_photo(3)))


def test_place_in_an_article_is_not_written_to_an_older_version(services: Services) -> None:
    ids = [added(services, seed, references={"artnr": ["10106"]}) for seed in range(2)]
    article = services.articles.get("artnr", "10106")
    replaced(services, ids[0], 9)
    with pytest.raises(EditConflict):
        services.articles._write(article, {ids[0]: Place(1)}, "article arranged")
