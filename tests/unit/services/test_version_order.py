"""Older versions that become the newest, or are put into the trash, removed or turned."""

from __future__ import annotations

import io
from datetime import UTC, datetime

import pytest

from huimages_app.domain.models import Query
from huimages_app.errors import (
    BadInput,
    CannotTurn,
    RemovedImage,
    UnknownImage,
)
from huimages_app.services.container import Services
from huimages_app.services.image_patch import ImagePatch
from tests.support.pictures import photo
from tests.support.versions import (
    added,
    chain,
    faults,
    record,
    replaced,
    versions,
    visible,
)


class TestGoBack:
    def test_older_version_becomes_the_newest(self, services: Services) -> None:
        first, second, third = chain(services, 1, 2, 3, title="Red")
        services.editing.update(third, ImagePatch(title="Blue"))
        image = services.versions.go_back(first)
        assert (image.id, image.title) == (first, "Blue")
        assert versions(services, third) == [second, third, first]
        assert visible(services) == {first}
        assert faults(services) == []

    def test_going_back_and_forth_restores_the_versions(self, services: Services) -> None:
        first, second = chain(services, 1, 2)
        services.versions.go_back(first)
        services.versions.go_back(second)
        assert versions(services, first) == [first, second]
        assert visible(services) == {second}

    def test_newest_version_stays(self, services: Services) -> None:
        _, second = chain(services, 1, 2)
        before = record(services, second)
        assert services.versions.go_back(second) == before

    def test_tags_since_the_replacement_are_copied_back(self, services: Services) -> None:
        first, second = chain(services, 1, 2)
        services.annotations.tag(second, "vera", ["new"])
        services.versions.go_back(first)
        assert services.annotations.summary(first).tags == {"new": 1}


class TestTrash:
    def test_older_version_in_the_trash_does_not_matter(self, services: Services) -> None:
        first, second, third = chain(services, 1, 2, 3)
        for one in (first, second):
            services.editing.trash(one)
        assert visible(services) == {third}
        services.editing.restore(second)
        assert visible(services) == {third}
        assert versions(services, third) == [first, second, third]
        assert faults(services) == []

    def test_newest_version_in_the_trash_shows_no_older_one(self, services: Services) -> None:
        _, second = chain(services, 1, 2)
        services.editing.trash(second)
        assert visible(services) == set()
        services.editing.restore(second)
        assert visible(services) == {second}
        assert faults(services) == []

    def test_older_version_can_follow_the_newest_in_the_trash(self, services: Services) -> None:
        first, second = chain(services, 1, 2)
        services.editing.trash(second)
        services.versions.go_back(first)
        assert visible(services) == {first}
        services.editing.restore(second)
        assert visible(services) == {first}

    @pytest.mark.parametrize("index", [0, 1])
    def test_image_in_the_trash_is_not_replaced(self, services: Services, index: int) -> None:
        ids = chain(services, 1, 2)
        services.editing.trash(ids[index])
        with pytest.raises(UnknownImage, match="in the trash"):
            replaced(services, ids[index], 3)
        services.editing.trash(ids[1])
        with pytest.raises(UnknownImage, match="in the trash"):
            replaced(services, ids[0], 3)

    def test_version_in_the_trash_does_not_become_the_newest(self, services: Services) -> None:
        first, second = chain(services, 1, 2)
        services.editing.trash(first)
        with pytest.raises(UnknownImage, match="in the trash"):
            services.versions.go_back(first)
        assert visible(services) == {second}


class TestRemove:
    def test_removed_older_version_leaves_the_list(self, services: Services) -> None:
        first, second, third = chain(services, 1, 2, 3)
        services.editing.remove(second)
        assert versions(services, first) == [first, third]
        services.editing.remove(first)
        assert versions(services, third) == [third]
        assert visible(services) == {third}
        assert faults(services) == []

    def test_removed_newest_version_leaves_the_latest_other_in_the_trash(
        self, services: Services
    ) -> None:
        first, second, third = chain(services, 1, 2, 3)
        services.editing.remove(third)
        assert visible(services) == set()
        trash = services.images.page(Query(trashed=True), 9).images
        assert [image.id for image in trash] == [second]
        services.editing.restore(second)
        assert visible(services) == {second}
        assert versions(services, first) == [first, second]
        assert faults(services) == []

    def test_all_versions_can_be_removed(self, services: Services) -> None:
        for one in reversed(ids := chain(services, 1, 2, 3)):
            services.editing.remove(one)
        for one in ids:
            with pytest.raises(RemovedImage):
                record(services, one)
        assert faults(services) == []

    def test_purge_of_the_trash_keeps_the_other_versions(self, services: Services) -> None:
        first, second = chain(services, 1, 2)
        services.editing.trash(second)
        before = datetime.now(UTC)
        assert [one.image_id for one in services.integrity.purge(before)] == [second]
        assert record(services, first).trashed is not None
        assert list(services.integrity.purge(before)) == []


class TestTurn:
    def test_turned_picture_is_a_new_version(self, services: Services) -> None:
        old = added(services, 1, title="Red", references={"artnr": ["10106"]}, filename="a.jpeg")
        services.editing.update(
            old, ImagePatch(focus=(0.1, 0.2), corrected_content=(0.1, 0.2, 0.5, 1))
        )
        new = services.versions.turn(old, 90)
        assert (new.width, new.height) == (30, 40)
        assert (new.title, new.filename) == ("Red", "a.jpeg")
        assert new.focus == (0.8, 0.1)
        assert new.corrected_content == (0, 0.1, 0.8, 0.5)
        assert versions(services, old) == [old, new.id]
        assert faults(services) == []

    def test_four_quarters_end_at_one_more_version(self, services: Services) -> None:
        old = added(services, 1)
        ids = [old]
        for _ in range(4):
            ids.append(services.versions.turn(ids[-1], 90).id)
        # The first file had no EXIF block; the last one says that it is upright.
        assert len(set(ids)) == 5
        assert services.versions.turn(ids[-1], 90).id == ids[1]
        assert len(versions(services, old)) == 5

    @pytest.mark.parametrize("degrees", [0, 45, -90, 360])
    def test_other_angles_are_refused(self, services: Services, degrees: int) -> None:
        with pytest.raises(BadInput, match="90, 180 or 270"):
            services.versions.turn(added(services, 1), degrees)

    def test_format_without_orientation_is_refused(self, services: Services) -> None:
        content = photo(40, 30, format="GIF")
        gif = services.uploads.add(io.BytesIO(content)).image.id
        with pytest.raises(CannotTurn, match="GIF"):
            services.versions.turn(gif, 90)
        assert versions(services, gif) == [gif]
