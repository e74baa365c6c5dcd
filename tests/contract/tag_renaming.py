"""Contract of renaming and merging tags: over all visitors, repeatable, and undone as one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from huimages_app.domain.tags import with_tags
from huimages_app.errors import BadInput
from huimages_app.services.container import Services
from huimages_app.services.jobs.job import Job
from huimages_app.storage.interfaces import MetadataBackend

from .jobs import Opener, node
from .samples import START, an_id, an_image, change, put

COUNT = 4


def tag(store: MetadataBackend, number: int, visitor: str, *typed: str) -> None:
    store.annotations.save(an_id(number), visitor, lambda old: with_tags(old, typed))


def tags(store: MetadataBackend, number: int, visitor: str) -> tuple[str, ...]:
    return store.annotations.get(an_id(number), visitor).tags


def spelled_tags(store: MetadataBackend) -> dict[tuple[int, str], set[str]]:
    """Return the tags of each image and visitor as they were typed."""
    found = {}
    for number in range(COUNT):
        for visitor, annotation in store.annotations.of_image(an_id(number)).items():
            found[number, visitor] = {annotation.spelling(one) for one in annotation.tags}
    return found


class TagRenamingContract:
    @pytest.fixture
    def services(self, opener: Opener, tmp_path: Path) -> Iterator[Services]:
        with node(opener, tmp_path) as services:
            yield services

    @pytest.fixture
    def metadata(self, opener: Opener) -> Iterator[MetadataBackend]:
        metadata = opener()
        for number in range(COUNT):
            put(metadata, an_image(number))
            tag(metadata, number, "vera", "first", "Sea", "last")
            tag(metadata, number, "otto", "ocean")
        tag(metadata, 0, "otto", "sea", "ocean")
        tag(metadata, 1, "walt", "sea", "ocean", "waves")
        change(metadata, an_id(2), trashed=START)
        yield metadata
        metadata.close()

    def run(self, services: Services, job: Job) -> Job:
        return services.jobs.runner.run(job.id)

    def test_tag_is_renamed_for_all_visitors_and_back(
        self, services: Services, metadata: MetadataBackend
    ) -> None:
        before = services.images.tags()
        job = self.run(services, services.tag_renaming.rename("SEA", "Lake"))
        assert (job.state, job.total, job.changed) == ("done", COUNT, COUNT)
        for number in range(COUNT):
            assert tags(metadata, number, "vera") == ("first", "lake", "last")
        assert services.images.spellings(["lake"]) == {"lake": "Lake"}
        assert dict(services.images.tags())["lake"] == dict(before)["sea"]
        self.run(services, services.tag_renaming.rename("lake", "Sea"))
        assert services.images.tags() == before
        assert tags(metadata, 1, "walt") == ("sea", "ocean", "waves")

    def test_spelling_alone_is_changed(self, services: Services, metadata: MetadataBackend) -> None:
        job = self.run(services, services.tag_renaming.rename("ocean", "OCEAN"))
        assert job.changed == COUNT
        assert services.images.spellings(["ocean"]) == {"ocean": "OCEAN"}
        again = self.run(services, services.tag_renaming.rename("ocean", "OCEAN"))
        assert again.changed == 0

    @pytest.mark.parametrize("into", ["SEA", "Lake", "Ocean"])
    def test_undone_job_brings_back_every_spelling(
        self, services: Services, metadata: MetadataBackend, into: str
    ) -> None:
        before = spelled_tags(metadata)
        renaming = services.tag_renaming
        job = renaming.merge(["sea"], into) if into == "Ocean" else renaming.rename("sea", into)
        assert self.run(services, job).changed == COUNT
        assert {into} <= spelled_tags(metadata)[0, "vera"]
        services.jobs.undo(job.id)
        job = self.run(services, services.jobs.get(job.id))
        assert (job.state, job.undone, job.kept, job.skips) == ("undone", COUNT, 0, ())
        assert spelled_tags(metadata) == before

    def test_undone_job_keeps_a_spelling_that_changed_again(
        self, services: Services, metadata: MetadataBackend
    ) -> None:
        job = self.run(services, services.tag_renaming.rename("sea", "SEA"))
        tag(metadata, 2, "vera", "sEa")
        services.jobs.undo(job.id)
        job = self.run(services, services.jobs.get(job.id))
        assert [(skip.image_id, skip.field) for skip in job.skips] == [(an_id(2), "tags")]
        spellings = [metadata.annotations.get(an_id(n), "vera").spelling("sea") for n in range(4)]
        assert spellings == ["Sea", "Sea", "sEa", "Sea"]

    def test_tags_are_merged_and_the_job_is_undone(
        self, services: Services, metadata: MetadataBackend
    ) -> None:
        before = {
            (number, visitor): set(tags(metadata, number, visitor))
            for number in range(COUNT)
            for visitor in ("vera", "otto", "walt")
        }
        job = self.run(services, services.tag_renaming.merge(["Sea", "waves"], "ocean"))
        assert (job.total, job.changed) == (COUNT, COUNT)
        assert dict(services.images.tags()).keys() == {"first", "last", "ocean"}
        assert tags(metadata, 1, "walt") == ("ocean",)
        assert tags(metadata, 0, "otto") == ("ocean",)
        services.jobs.undo(job.id)
        assert self.run(services, services.jobs.get(job.id)).state == "undone"
        for (number, visitor), expected in before.items():
            assert set(tags(metadata, number, visitor)) == expected, (number, visitor)

    def test_repeated_work_on_an_image_changes_nothing(
        self, services: Services, metadata: MetadataBackend
    ) -> None:
        job = self.run(services, services.tag_renaming.merge(["sea"], "lake"))
        history = metadata.images.get(an_id(1)).history
        again = services.jobs.create("tags", job.order, [{"id": an_id(1)}])
        assert self.run(services, again).changed == 0
        assert metadata.images.get(an_id(1)).history == history

    def test_open_job_is_returned_for_the_same_order(
        self, services: Services, metadata: MetadataBackend
    ) -> None:
        job = services.tag_renaming.rename("sea", "lake")
        tag(metadata, 0, "walt", "lake")  # as a killed process would have left it
        assert services.tag_renaming.rename("Sea", "lake").id == job.id
        self.run(services, job)
        with pytest.raises(BadInput, match="no picture has the tag 'sea'"):
            services.tag_renaming.rename("sea", "lake")

    def test_renaming_to_a_tag_in_use_is_refused(
        self, services: Services, metadata: MetadataBackend
    ) -> None:
        with pytest.raises(BadInput, match="there is a tag Ocean already; merge sea into it"):
            services.tag_renaming.rename("sea", "Ocean")
        for wrong in ("", "a b"):
            with pytest.raises(BadInput, match="is not one tag"):
                services.tag_renaming.rename("sea", wrong)
        for sources in ([], ["Ocean"]):
            with pytest.raises(BadInput, match="no tags were given"):
                services.tag_renaming.merge(sources, "ocean")
        assert services.jobs.all() == []
