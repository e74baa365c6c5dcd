"""Contract of jobs that are undone: all that a job changed is taken back, or listed."""

from __future__ import annotations

from typing import Any

import pytest

from huimages_app.domain.models import Query
from huimages_app.errors import BadInput, UnknownJob
from huimages_app.services import audit
from huimages_app.services.container import Services
from huimages_app.services.image_patch import ImagePatch
from huimages_app.services.jobs import claim
from huimages_app.services.jobs.job import Item, Job
from huimages_app.services.jobs.kinds import JobKind
from huimages_app.storage.interfaces import MetadataBackend

from .jobs import COUNT, IDS, JobsContract, edit
from .samples import annotate


class UndoneJobsContract(JobsContract):
    def test_undone_job_leaves_images_as_they_were(
        self, services: Services, metadata: MetadataBackend
    ) -> None:
        annotate(metadata, IDS[0], "vera", tags=("sea", "beach"))
        before = self._described(metadata)
        job = edit(
            services,
            {
                "title": {"set": "Quay"},
                "alt": {"add": "a quay"},
                "tags": {"set": ["harbour"]},
                "types": {"add": ["product"]},
                "references.artnr": {"set": ["1"]},
                "rights.creator": {"set": "Zoë"},
            },
        )
        services.jobs.runner.run(job.id)
        assert all(titles[-1] == "Quay" for titles, *_ in self._described(metadata))
        with audit.acting_as(lambda: {"by_account": "bert"}):
            services.jobs.undo(job.id)
        job = services.jobs.runner.run(job.id)
        assert (job.state, job.undone, job.kept) == ("undone", COUNT, 0)
        assert self._described(metadata) == before
        assert metadata.images.get(IDS[0]).history[-1].by == "bert"

    def test_removed_title_is_restored(self, services: Services, metadata: MetadataBackend) -> None:
        services.editing.update(IDS[0], ImagePatch(title="First"))
        services.editing.update(IDS[0], ImagePatch(title="Pier"))
        job = edit(services, {"title": {"remove": []}})
        services.jobs.runner.run(job.id)
        assert [image.title for image in metadata.images.get_many(IDS).values()] == [""] * COUNT
        assert metadata.search.count_of(Query(facets=(("without", "title"),))).number == COUNT
        services.jobs.undo(job.id)
        services.jobs.runner.run(job.id)
        assert metadata.images.get(IDS[0]).title == "Pier"

    def _described(self, metadata: MetadataBackend) -> list[tuple[Any, ...]]:
        return [
            (
                image.titles,
                image.alt,
                dict(image.references),
                image.types,
                image.rights,
                dict(metadata.annotations.summary(image.id).tags),
            )
            for image in metadata.images.get_many(IDS).values()
        ]

    def test_undoing_keeps_and_lists_fields_that_changed_since(
        self, services: Services, metadata: MetadataBackend
    ) -> None:
        job = edit(services, {"title": {"set": "Quay"}, "alt": {"set": "a quay"}})
        services.jobs.runner.run(job.id)
        services.editing.update(IDS[3], ImagePatch(title="Pier"))
        services.jobs.undo(job.id)
        job = services.jobs.runner.run(job.id)
        assert (job.state, job.kept) == ("undone", 1)
        assert [(skip.image_id, skip.field) for skip in job.skips] == [(IDS[3], "title")]
        assert services.jobs.skips(job.id) == (list(job.skips), None)
        image = metadata.images.get(IDS[3])
        assert (image.title, image.alt) == ("Pier", "")

    def test_cancelled_job_can_be_undone(
        self, services: Services, metadata: MetadataBackend, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(claim, "SAVE_EVERY", 0.0)
        job = edit(services, {"alt": {"set": "a pier"}})

        def cancel(job: Job) -> None:
            if job.done == 3 and job.state == "running":
                services.jobs.cancel(job.id)

        job = services.jobs.runner.run(job.id, cancel)
        assert (job.state, job.lease) == ("cancelled", None)
        assert sum(image.alt != "" for image in metadata.images.get_many(IDS).values()) < COUNT
        services.jobs.undo(job.id)
        assert services.jobs.runner.run(job.id).state == "undone"
        assert {image.alt for image in metadata.images.get_many(IDS).values()} == {""}

    def test_finished_job_is_neither_cancelled_nor_undone_twice(
        self, services: Services, metadata: MetadataBackend
    ) -> None:
        job = edit(services, {"alt": {"set": "a pier"}})
        with pytest.raises(BadInput, match="is running; expected"):
            services.jobs.undo(job.id)
        services.jobs.runner.run(job.id)
        with pytest.raises(BadInput, match="nothing was cancelled"):
            services.jobs.cancel(job.id)
        services.jobs.undo(job.id)
        services.jobs.runner.run(job.id)
        with pytest.raises(BadInput, match="is undone; expected"):
            services.jobs.undo(job.id)
        with pytest.raises(UnknownJob):
            services.jobs.get("unknown")

    def test_job_that_is_undone_while_a_process_works_on_it_is_taken_back(
        self, services: Services, metadata: MetadataBackend, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        job = edit(services, {"alt": {"set": "a pier"}, "tags": {"add": ["sea"]}})
        kind = _kind_of(services, job)
        apply = kind.apply

        def stopped(job: Job, item: Item) -> bool:
            if item["id"] == IDS[2]:  # between two saves of the progress
                services.jobs.cancel(job.id)
                with audit.acting_as(lambda: {"by_account": "bert"}):
                    services.jobs.undo(job.id)
            return apply(job, item)

        monkeypatch.setattr(kind, "apply", stopped)
        services.jobs.runner.run_pending()
        job = services.jobs.runner.run(job.id)
        assert (job.state, job.kept, job.lease) == ("undone", 0, None)
        assert dict(job.undone_by) == {"by_account": "bert"}
        assert {image.alt for image in metadata.images.get_many(IDS).values()} == {""}
        assert dict(metadata.search.tags()) == {}

    def test_long_changes_are_taken_back_completely(
        self, services: Services, metadata: MetadataBackend
    ) -> None:
        long = {"alt": 1000, "title": 500, "rights.terms": 1000, "rights.copyright": 1000}
        long |= {f"references.path{number}": 200 for number in range(40)}
        for letter in "日月":
            job = edit(services, {name: {"set": letter * size} for name, size in long.items()})
            services.jobs.runner.run(job.id)
        services.jobs.undo(job.id)
        job = services.jobs.runner.run(job.id)
        assert (job.state, job.kept) == ("undone", 0)
        image = metadata.images.get(IDS[0])
        texts = {image.alt, image.title, *image.rights.values.values()}
        texts.update(*image.references.values())
        assert {text[0] for text in texts} == {"日"}

    def test_undoing_lists_images_whose_history_no_longer_has_the_change(
        self, services: Services, metadata: MetadataBackend, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        services.editing.update(IDS[1], ImagePatch(alt="a pier"))
        job = edit(services, {"alt": {"set": "a pier"}})
        services.jobs.runner.run(job.id)
        monkeypatch.setattr("huimages_app.domain.history.MAX_CHANGES", 3)
        for number in range(4):
            services.editing.update(IDS[0], ImagePatch(title=f"Pier {number}"))
            services.editing.update(IDS[1], ImagePatch(title=f"Quay {number}"))
        services.jobs.undo(job.id)
        job = services.jobs.runner.run(job.id)
        # The second one had the text before.
        assert (job.state, job.kept, [skip.image_id for skip in job.skips]) == (
            "undone",
            1,
            [IDS[0]],
        )
        assert "does not have what the job changed" in job.skips[0].reason
        assert metadata.images.get(IDS[0]).alt == "a pier"

    def test_job_is_taken_back_as_a_whole_or_not_at_all(
        self, services: Services, metadata: MetadataBackend, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("huimages_app.domain.history.MAX_CHANGES", 3)
        job = edit(services, {"alt": {"set": "a pier"}, "types": {"set": ["product"]}})
        services.jobs.runner.run(job.id)
        for number in range(2):  # there is room for one of the two changes
            services.editing.update(IDS[0], ImagePatch(title=f"Pier {number}"))
        services.jobs.undo(job.id)
        assert services.jobs.runner.run(job.id).kept == 1
        image = metadata.images.get(IDS[0])
        assert (image.alt, image.types) == ("a pier", ("product",))


def _kind_of(services: Services, job: Job) -> JobKind:
    kind: Any = services.jobs.runner._kinds[job.kind]
    assert isinstance(kind, JobKind)
    return kind
