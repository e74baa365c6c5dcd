"""Replacing a picture by a better one."""

from __future__ import annotations

import io
import json
import logging
from dataclasses import replace

import pytest

from huimages_app.domain.collections import CollectionPatch
from huimages_app.domain.ids import image_id
from huimages_app.domain.sizes import Size
from huimages_app.domain.versions import MAX_VERSIONS
from huimages_app.errors import (
    BadInput,
    NotAnImage,
)
from huimages_app.services.article_memory import LIFETIME, ArticleMemory
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


class TestReplace:
    def test_new_version_takes_over_titles_references_and_rights(self, services: Services) -> None:
        old = added(services, 1, title="Red", references={"artnr": ["10106"]}, type="product")
        services.editing.update(old, ImagePatch(title="Red bicycle", alt="A bicycle"))
        services.editing.update(old, ImagePatch(rights={"creator": "Vera"}))
        services.articles.set_role("artnr", "10106", old, "front")
        result = replaced(services, old, 2, "better.jpeg")
        new = result.image
        assert result.is_new
        assert (new.id, new.filename) == (image_id(a_photo(2)), "better.jpeg")
        assert (new.titles, new.alt) == (("Red", "Red bicycle"), "A bicycle")
        assert (new.references, new.types) == ({"artnr": ("10106",)}, ("product",))
        assert new.place("artnr", "10106") == record(services, old).place("artnr", "10106")
        assert new.rights.creator == "Vera"
        assert new.created == record(services, old).created
        assert new == record(services, new.id)

    def test_new_version_takes_the_place_in_collections(self, services: Services) -> None:
        ids = [added(services, seed) for seed in range(3)]
        collection = services.collections.add("Catalogue").id
        services.collection_images.add_images(collection, ids)
        services.collections.update(collection, CollectionPatch(cover=ids[1]))
        new = replaced(services, ids[1], 9).image.id
        page = services.collections.page(collection, 9)
        assert [image.id for image in page.images] == [ids[0], new, ids[2]]
        [cover] = services.collections.covers([services.collections.get(collection)]).values()
        assert cover.id == new

    def test_older_version_leaves_lists_and_keeps_its_record(self, services: Services) -> None:
        old = added(services, 1, title="Red bicycle", references={"artnr": ["10106"]})
        before = record(services, old)
        new = replaced(services, old, 2).image.id
        after = record(services, old)
        assert after.replaced_by == new
        unchanged = replace(after, replaced_by="", versioned=None, modified=before.modified)
        assert unchanged == before
        assert visible(services) == {new}
        assert [image.id for image in services.articles.get("artnr", "10106").images] == [new]
        assert services.images.count() == 1
        assert services.images.get(old) == after

    def test_tags_and_favourites_are_copied_but_no_ratings(self, services: Services) -> None:
        old = added(services, 1)
        for visitor in ("vera", "emil"):
            services.annotations.tag(old, visitor, ["sunny"])
        services.annotations.favorite(old, "vera", True)
        services.annotations.rate(old, "vera", 9)
        services.annotations.rate(old, "otto", 3)
        new = replaced(services, old, 2).image.id
        summary = services.annotations.summary(new)
        assert (summary.tags, summary.favorites, summary.rating) == ({"sunny": 2}, 1, None)
        assert services.annotations.get(new, "vera").favorite
        assert services.annotations.summary(old).rating_count == 2
        assert services.images.tags() == [("sunny", 2)]

    def test_new_version_takes_the_position_in_the_article(self, services: Services) -> None:
        ids = [added(services, seed, references={"artnr": ["10106"]}) for seed in range(3)]
        new = replaced(services, ids[1], 9).image.id
        article = services.articles.get("artnr", "10106")
        assert [image.id for image in article.images] == [ids[0], new, ids[2]]

    def test_article_urls_show_the_new_version_at_once(self, services: Services) -> None:
        old = added(services, 1, references={"artnr": ["10106"]})
        memory = services.article_memory
        assert memory.get("artnr", "10106").picture() == record(services, old)
        new = replaced(services, old, 2).image
        assert memory.get("artnr", "10106").picture() == new

    def test_other_processes_show_the_new_version_within_five_seconds(
        self, services: Services
    ) -> None:
        old = added(services, 1, references={"artnr": ["10106"]})
        now = [100.0]
        elsewhere = ArticleMemory(services.articles.find, lambda: now[0])
        assert elsewhere.get("artnr", "10106").picture() == record(services, old)
        now[0] += 1
        new = replaced(services, old, 2).image
        now[0] += LIFETIME - 1
        assert elsewhere.get("artnr", "10106").picture() == new
        assert LIFETIME <= 5

    def test_rights_of_the_old_version_replace_embedded_rights(self, services: Services) -> None:
        old, new = added(services, 1), added(services, 2)
        services.editing.update(new, ImagePatch(rights={"creator": "Emil", "credit": "E"}))
        services.editing.update(old, ImagePatch(rights={"creator": "Vera"}))
        rights = replaced(services, old, 2).image.rights
        assert (rights.creator, rights.credit) == ("Vera", "")

    def test_renditions_with_other_rights_leave_the_cache(self, services: Services) -> None:
        old, new = added(services, 1), added(services, 2)
        services.editing.update(old, ImagePatch(rights={"creator": "Vera"}))
        size = Size.parse("20x20")
        services.renditions.get(new, size, size.format_for()).close()
        replaced(services, old, 2)
        assert services.renditions.find(new, size, size.format_for()) is None

    def test_focal_point_belongs_to_the_picture(self, services: Services) -> None:
        old = added(services, 1)
        services.editing.update(old, ImagePatch(focus=(0.1, 0.2)))
        assert replaced(services, old, 2).image.focus is None

    def test_replacement_of_a_replaced_image_follows_its_newest_version(
        self, services: Services
    ) -> None:
        first, second = chain(services, 1, 2)
        third = replaced(services, first, 3).image.id
        for one in (first, second, third):
            assert versions(services, one) == [first, second, third]
        assert visible(services) == {third}

    def test_every_older_version_names_the_newest(self, services: Services) -> None:
        *older, newest = chain(services, 1, 2, 3, 4)
        assert {record(services, one).replaced_by for one in older} == {newest}
        assert record(services, newest).versions == tuple(older)
        assert faults(services) == []

    def test_audit_log_has_the_replacement(
        self, services: Services, caplog: pytest.LogCaptureFixture
    ) -> None:
        old = added(services, 1)
        with caplog.at_level(logging.INFO, "huimages.audit"):
            new = replaced(services, old, 2).image.id
        lines = [json.loads(entry.message) for entry in caplog.records]
        [line] = [line for line in lines if line["action"] == "replaced"]
        assert (line["image"], line["newest"]) == (old, new)


class TestExistingPicture:
    def test_replacement_by_an_existing_picture_merges(self, services: Services) -> None:
        old = added(services, 1, title="Red", references={"artnr": ["10106"]})
        new = added(services, 2, title="Blue", references={"artnr": ["7"], "ean": ["4"]})
        services.annotations.tag(new, "vera", ["own"])
        services.annotations.tag(old, "vera", ["taken"])
        result = replaced(services, old, 2)
        assert not result.is_new
        assert result.image.titles == ("Blue", "Red")
        assert result.image.references == {"artnr": ("10106", "7"), "ean": ("4",)}
        assert services.annotations.get(new, "vera").tags == ("own", "taken")

    def test_sister_picture_takes_the_place_in_their_article(self, services: Services) -> None:
        ids = [added(services, seed, references={"artnr": ["10106"]}) for seed in range(3)]
        services.articles.arrange("artnr", "10106", [ids[2], ids[0], ids[1]])
        services.articles.set_role("artnr", "10106", ids[1], "back")
        replaced(services, ids[2], 1)
        article = services.articles.get("artnr", "10106")
        assert [image.id for image in article.images] == [ids[1], ids[0]]
        assert article.place(article.images[0]).role == "back"

    def test_merge_joins_the_versions_of_both(self, services: Services) -> None:
        one, two = chain(services, 1, 2)
        other, target = chain(services, 3, 4)
        replaced(services, two, 4)
        assert versions(services, one) == [one, two, other, target]
        assert visible(services) == {target}
        assert faults(services) == []

    def test_picture_in_the_trash_is_restored(self, services: Services) -> None:
        old, new = added(services, 1), added(services, 2)
        services.editing.trash(new)
        result = replaced(services, old, 2)
        assert (result.is_new, result.image.trashed) == (True, None)
        assert visible(services) == {new}

    def test_same_picture_is_refused(self, services: Services) -> None:
        old = added(services, 1)
        with pytest.raises(BadInput, match="itself"):
            replaced(services, old, 1)
        assert versions(services, old) == [old]

    def test_older_version_of_another_image_is_refused(self, services: Services) -> None:
        old = added(services, 1, references={"artnr": ["10106"]})
        other, newest = chain(services, 2, 3)
        with pytest.raises(BadInput, match=f"older version of {newest}"):
            replaced(services, old, 2)
        assert record(services, other).references == {}
        assert visible(services) == {old, newest}

    def test_replacement_by_bytes_of_an_older_version_makes_it_the_newest(
        self, services: Services
    ) -> None:
        first, second = chain(services, 1, 2)
        result = replaced(services, second, 1)
        assert not result.is_new
        assert versions(services, first) == [second, first]

    def test_replacement_by_another_file_changes_nothing(self, services: Services) -> None:
        old = added(services, 1)
        with pytest.raises(NotAnImage):
            services.versions.replace(old, io.BytesIO(b"no picture"))
        assert versions(services, old) == [old]

    def test_upload_of_an_older_version_does_not_show_it_again(self, services: Services) -> None:
        first, second = chain(services, 1, 2)
        added(services, 1)
        assert visible(services) == {second}
        assert record(services, first).replaced_by == second


def test_number_of_versions_is_limited(services: Services) -> None:
    image = added(services, 1)
    many = tuple(image_id(b"%d" % number) for number in range(MAX_VERSIONS))
    services.editing._metadata.images.update(image, lambda stored: replace(stored, versions=many))
    with pytest.raises(BadInput, match="100 older versions"):
        replaced(services, image, 2)
