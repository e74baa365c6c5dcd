"""Contract of jobs: they do all their work once, on any node.  `jobs_undone` has the undoing."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from huimages_app.backends import Storage, make_cache, make_originals
from huimages_app.domain.models import Query
from huimages_app.errors import StorageUnavailable
from huimages_app.factory import build_services
from huimages_app.services import audit
from huimages_app.services.container import Services
from huimages_app.services.image_edit import ImageEdit
from huimages_app.services.image_patch import ImagePatch
from huimages_app.services.jobs import claim, runner, store
from huimages_app.services.jobs.bulk_edit import NAME, order_of
from huimages_app.services.jobs.job import Job
from huimages_app.storage.interfaces import MetadataBackend
from tests.support.services import settings_in

from .samples import an_id, an_image, annotate, put

Opener = Callable[[], MetadataBackend]
COUNT = 7
IDS = [an_id(number) for number in range(COUNT)]


@contextmanager
def node(opener: Opener, folder: Path) -> Iterator[Services]:
    """Yield the services of a process on the metadata of `opener`."""
    settings = settings_in(folder)
    storage = Storage(make_originals(settings), opener(), make_cache(settings))
    with closing(build_services(settings, storage)) as services:
        yield services


def edit(services: Services, changes: dict[str, Any], query: Query | None = None) -> Job:
    """Create a job for a query; by default for all images, as chosen items."""
    order = order_of(ImageEdit.parse(changes), "editor", query)
    with audit.acting_as(lambda: {"by_account": "anna", "by_address": "192.0.2.1"}):
        items = None if query else [{"id": image_id} for image_id in IDS]
        return services.jobs.create(NAME, order, items)


def set_part_size(monkeypatch: pytest.MonkeyPatch, size: int) -> None:
    for module in ("jobs", "run"):
        monkeypatch.setattr(f"huimages_app.services.jobs.{module}.PART_SIZE", size)


def work_until_killed(opener: Opener, folder: Path, job_id: str) -> None:
    """Work of a process that is killed."""
    store.LEASE = timedelta(seconds=2)
    claim.SAVE_EVERY = 0.05
    with node(opener, folder) as services:
        services.jobs.runner.run(job_id)


class JobsContract:
    in_kill = 300  # images of the job whose process is killed

    @pytest.fixture
    def services(self, opener: Opener, tmp_path: Path) -> Iterator[Services]:
        with node(opener, tmp_path) as services:
            yield services

    @pytest.fixture
    def metadata(self, opener: Opener) -> Iterator[MetadataBackend]:
        metadata = opener()
        for number in range(COUNT):
            put(metadata, an_image(number, titles=(f"title {number}",)))
        yield metadata
        metadata.close()

    def test_selection_is_edited(self, services: Services, metadata: MetadataBackend) -> None:
        job = edit(services, {"alt": {"set": "a pier"}, "references.artnr": {"add": ["7", "8"]}})
        assert (job.state, job.total, job.by) == ("running", COUNT, "anna")
        assert services.jobs.runner.run_pending() == 1
        job = services.jobs.get(job.id)
        assert (job.state, job.done, job.changed, job.skipped) == ("done", COUNT, COUNT, 0)
        for image_id in IDS:
            image = metadata.images.get(image_id)
            assert (image.alt, image.references) == ("a pier", {"artnr": ("7", "8")})
            assert {(change.by, change.job) for change in image.history} == {("anna", job.id)}

    def test_everything_found_is_edited_once(
        self, services: Services, metadata: MetadataBackend, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        set_part_size(monkeypatch, 3)
        for image_id in IDS[:5]:
            annotate(metadata, image_id, "vera", tags=("sea",))
        # Every edit takes an image out of the list.
        job = edit(services, {"tags": {"remove": ["sea"]}}, Query(tag="sea"))
        services.jobs.runner.run_pending()
        job = services.jobs.get(job.id)
        assert (job.state, job.total, job.parts, job.changed) == ("done", 5, 2, 5)
        assert dict(metadata.search.tags()) == {}

    def test_tags_are_added_for_the_editor_where_they_are_missing(
        self, services: Services, metadata: MetadataBackend
    ) -> None:
        annotate(metadata, IDS[0], "vera", tags=("sea",))
        job = edit(services, {"tags": {"add": ["sea", "beach"]}})
        services.jobs.runner.run(job.id)
        assert metadata.annotations.get(IDS[0], "editor").tags == ("beach",)
        assert metadata.annotations.get(IDS[1], "editor").tags == ("sea", "beach")

    def test_tags_are_replaced(self, services: Services, metadata: MetadataBackend) -> None:
        annotate(metadata, IDS[0], "vera", tags=("sea", "old"))
        job = edit(services, {"tags": {"set": ["sea", "new"]}})
        services.jobs.runner.run(job.id)
        assert metadata.annotations.summary(IDS[0]).tags == {"sea": 1, "new": 1}
        services.jobs.undo(job.id)
        services.jobs.runner.run(job.id)
        assert metadata.annotations.summary(IDS[0]).tags == {"sea": 1, "old": 1}
        assert metadata.annotations.summary(IDS[1]).tags == {}

    def test_images_that_are_gone_or_refuse_are_skipped_and_listed(
        self, services: Services, metadata: MetadataBackend
    ) -> None:
        metadata.images.remove(IDS[0])
        services.editing.trash(IDS[1])
        many = [f"type {number}" for number in range(20)]
        services.editing.update(IDS[2], ImagePatch(types=many))
        job = services.jobs.runner.run(edit(services, {"types": {"add": ["product"]}}).id)
        assert (job.done, job.changed, job.skipped) == (COUNT, COUNT - 3, 3)
        assert [skip.image_id for skip in job.skips] == IDS[:3]
        reasons = [skip.reason for skip in job.skips]
        for reason, expected in zip(reasons, ("no image", "trash", "21 types"), strict=True):
            assert expected in reason
        assert services.jobs.skips(job.id) == (list(job.skips), None)

    def test_tags_are_replaced_and_removed_in_any_case(
        self, services: Services, metadata: MetadataBackend
    ) -> None:
        for image_id in IDS[:2]:
            annotate(metadata, image_id, "vera", tags=("sea", "old"))
        services.jobs.runner.run(edit(services, {"tags": {"set": ["Sea", "New"]}}).id)
        assert metadata.annotations.summary(IDS[0]).tags == {"sea": 1, "new": 1}
        services.jobs.runner.run(edit(services, {"tags": {"remove": ["SEA"]}}).id)
        assert metadata.annotations.summary(IDS[1]).tags == {"new": 1}

    def test_short_job_is_done_before_a_long_one_that_began_earlier(
        self, services: Services, metadata: MetadataBackend, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(runner, "TURN", 0.0)
        set_part_size(monkeypatch, 2)
        long = edit(services, {"alt": {"set": "a pier"}})
        short = services.jobs.create(
            NAME, order_of(ImageEdit.parse({"tags": {"add": ["sea"]}}), "editor"), [{"id": IDS[0]}]
        )
        assert services.jobs.runner.run_pending() == 2
        done = [services.jobs.get(job.id) for job in (long, short)]
        assert [job.changed for job in done] == [COUNT, 1]
        assert done[0].finished > done[1].finished
        services.jobs.undo(long.id)
        services.jobs.runner.run_pending()
        assert services.jobs.get(long.id).state == "undone"

    # -- nodes

    def test_job_claimed_by_another_node_is_not_continued(
        self, services: Services, metadata: MetadataBackend, opener: Opener, tmp_path: Path
    ) -> None:
        job = edit(services, {"alt": {"set": "a pier"}})
        assert store.JobStore(metadata.documents).claim(job.id, "another process")
        assert services.jobs.runner.run_pending() == 0
        assert services.jobs.get(job.id).done == 0

    def test_two_nodes_do_each_item_once(
        self, services: Services, metadata: MetadataBackend, opener: Opener, tmp_path: Path
    ) -> None:
        jobs = [edit(services, {"alt": {"set": f"alt {number}"}}) for number in range(4)]
        with node(opener, tmp_path / "other") as other:
            together = threading.Barrier(2)

            def work(node: Services) -> None:
                together.wait(60)
                node.jobs.runner.run_pending()

            threads = [threading.Thread(target=work, args=[each]) for each in (services, other)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            services.jobs.runner.run_pending()  # a job that both tried to claim at once
        assert [services.jobs.get(job.id).changed for job in jobs] == [COUNT] * 4
        for image in metadata.images.get_many(IDS).values():
            assert sorted(change.job for change in image.history) == sorted(j.id for j in jobs)

    @pytest.mark.timeout(120)
    @pytest.mark.slow
    def test_job_of_a_killed_process_is_continued(
        self,
        services: Services,
        metadata: MetadataBackend,
        opener: Opener,
        tmp_path: Path,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        monkeypatch.setattr(store, "LEASE", timedelta(seconds=2))
        images = [put(metadata, an_image(number)) for number in range(100, 100 + self.in_kill)]
        order = order_of(
            ImageEdit.parse({"alt": {"set": "a pier"}, "tags": {"add": ["sea"]}}), "editor"
        )
        job = services.jobs.create(NAME, order, [{"id": image_id} for image_id in images])
        process = multiprocessing.get_context("spawn").Process(
            target=work_until_killed, args=(opener, tmp_path / "other", job.id)
        )
        process.start()
        while services.jobs.get(job.id).done < 5:
            assert process.is_alive()
            time.sleep(0.01)
        os.kill(process.pid or 0, signal.SIGKILL)
        process.join()
        half = services.jobs.get(job.id)
        assert 5 <= half.done < len(images)
        assert services.jobs.runner.run_pending() == 0  # the lease of the killed process
        job = services.jobs.runner.run(job.id)
        assert (job.state, job.done, job.changed) == ("done", len(images), len(images))
        for image in metadata.images.get_many(images).values():
            # One entry each: nothing was lost, and nothing done twice.
            assert [change.field for change in image.history] == ["alt", "tags"]
        summaries = metadata.annotations.summaries(images)
        assert [dict(summaries[image_id].tags) for image_id in images] == [{"sea": 1}] * len(images)
        services.jobs.undo(job.id)
        assert services.jobs.runner.run(job.id).kept == 0
        assert not any(one.tags for one in metadata.annotations.summaries(images).values())

    def test_job_waits_while_the_storage_is_down(
        self, services: Services, metadata: MetadataBackend, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        job = edit(services, {"alt": {"set": "a pier"}})

        def fail(*args: object) -> None:
            raise StorageUnavailable("down")

        with monkeypatch.context() as patch:
            patch.setattr(services.editing, "change", fail)
            with pytest.raises(StorageUnavailable):
                services.jobs.runner.run_pending()
        assert services.jobs.get(job.id).is_open
        assert services.jobs.runner.run(job.id).changed == COUNT

    def test_bug_ends_the_job_and_is_shown(
        self, services: Services, metadata: MetadataBackend, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def fail(*args: object) -> None:
            raise ZeroDivisionError("a defect")

        monkeypatch.setattr(services.editing, "change", fail)
        job = services.jobs.runner.run(edit(services, {"alt": {"set": "a pier"}}).id)
        assert (job.state, job.error) == ("failed", "ZeroDivisionError: a defect")

    def test_old_jobs_are_removed_with_their_parts(
        self, services: Services, metadata: MetadataBackend
    ) -> None:
        job = services.jobs.runner.run(edit(services, {"alt": {"set": "a pier"}}).id)
        jobs = store.JobStore(metadata.documents)
        jobs.change(job.id, lambda job: replace(job, finished=job.created - timedelta(days=31)))
        services.jobs.runner.run_pending()
        assert services.jobs.all() == []
        assert [*metadata.documents.items("job-part")] == []
