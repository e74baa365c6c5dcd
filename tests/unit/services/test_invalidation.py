from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from huimages_app.errors import StorageUnavailable
from huimages_app.purging.caches import FrontCache, PurgeFailed
from huimages_app.purging.journal import PurgeJournal
from huimages_app.services.container import Services
from huimages_app.services.image_patch import ImagePatch
from huimages_app.services.invalidation import Invalidation
from tests.support.metrics import increase
from tests.support.site import Site


class Recorded(FrontCache):
    """A cache that keeps the IDs, and fails while `is_down`."""

    def __init__(self, key: str) -> None:
        self.name = self.key = key
        self.is_down = False
        self.purged: list[str] = []
        self.asked = threading.Event()

    def purge(self, image_id: str) -> None:
        self.asked.set()
        if self.is_down:
            raise PurgeFailed("it is down")
        self.purged.append(image_id)


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    site = Site(tmp_path, chain="off", **{"invalidate.command": "true {id}"})
    yield site
    site.close()


@pytest.fixture
def cache() -> Recorded:
    return Recorded("one")


def invalidation(site: Site, *caches: FrontCache, **options: float) -> Invalidation:
    times = {"again": 0.0, "give_up": 3600.0, **options}
    journal = PurgeJournal(site.folder / "purges.sqlite")
    return Invalidation(
        site.storage.cache, journal, caches, again=times["again"], give_up=times["give_up"]
    )


def rendered(site: Site) -> tuple[Services, str]:
    image_id = site.add(seed=1).id
    site.app.get(f"/30x30/{image_id}")
    return site.services, image_id


def test_every_removal_from_the_cache_is_purged(site: Site, cache: Recorded) -> None:
    """The calls that trash, remove, follow another node, find stale renditions, invalidate."""
    services, image_id = rendered(site)
    purging = invalidation(site, cache)

    def purged() -> bool:
        purging.send_due()
        found = cache.purged == [image_id]
        cache.purged.clear()
        return found

    services.editing.update(image_id, ImagePatch(title="only a title"))
    assert not purged()
    services.editing.trash(image_id)
    assert purged()
    assert services.cache_invalidator is not None
    services.cache_invalidator.catch_up()
    assert purged()
    services.editing.restore(image_id)
    site.app.get(f"/30x30/{image_id}")
    purging.invalidate(image_id)
    assert site.cached() == []
    assert purged()
    services.editing.trash(image_id)
    services.editing.remove(image_id)
    assert purged()


def test_removed_renditions_of_a_changed_preset_are_purged(site: Site, cache: Recorded) -> None:
    _, image_id = rendered(site)
    purging = invalidation(site, cache)
    site.storage.cache.remove_files(image_id, lambda name: False)
    purging.send_due()
    assert cache.purged == []
    site.storage.cache.remove_files(image_id, lambda name: name == "30x30.jpeg")
    purging.send_due()
    assert cache.purged == [image_id]


@pytest.mark.parametrize(
    "patch", [ImagePatch(focus=(0.1, 0.2)), ImagePatch(corrected_content=(0.1, 0.1, 0.8, 0.9))]
)
def test_moved_focal_point_or_box_is_purged_and_renditions_stay(
    site: Site, patch: ImagePatch
) -> None:
    services, image_id = rendered(site)
    purging = services.invalidation
    services.editing.update(image_id, patch)
    assert purging.waiting() == 1
    assert site.cached() == ["30x30.jpeg"]


def test_other_rights_are_purged_once_with_the_renditions(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    services, image_id = rendered(site)
    added: list[str] = []
    monkeypatch.setattr(
        PurgeJournal, "add", lambda journal, added_id, caches: added.append(added_id)
    )
    services.editing.update(image_id, ImagePatch(focus=(0.1, 0.2), rights={"creator": "Ada"}))
    assert added == [image_id]
    assert site.cached() == []


def test_failed_purge_survives_a_restart(site: Site, cache: Recorded) -> None:
    services, image_id = rendered(site)
    purging = invalidation(site, cache)
    cache.is_down = True
    services.editing.trash(image_id)
    with increase(1, "huimages_invalidations_total", result="failed"):
        purging.send_due()
    purging.close()
    cache.is_down = False
    restarted = invalidation(site, cache)
    assert restarted.waiting() == 1
    restarted.start()
    deadline = threading.Event()
    for _ in range(600):
        if cache.purged or deadline.wait(0.05):
            break
    restarted.close()
    assert cache.purged == [image_id]
    assert restarted.waiting() == 0


def test_cache_that_is_down_delays_no_other(site: Site, cache: Recorded) -> None:
    services, image_id = rendered(site)
    other = Recorded("other")
    purging = invalidation(site, cache, other)
    cache.is_down = True
    services.editing.trash(image_id)
    purging.send_due()
    assert other.purged == [image_id]
    purging.send_due()
    # What it has confirmed is not sent again with the retry of the other.
    assert other.purged == [image_id]
    assert purging.waiting() == 1


def test_purge_is_given_up_and_logged(
    site: Site, cache: Recorded, caplog: pytest.LogCaptureFixture
) -> None:
    services, image_id = rendered(site)
    purging = invalidation(site, cache, give_up=0.0)
    cache.is_down = True
    services.editing.trash(image_id)
    with increase(1, "huimages_invalidations_total", result="given_up"):
        purging.send_due()
    (line,) = [record for record in caplog.records if record.levelno == logging.ERROR]
    assert "purge given up" in line.getMessage()
    assert image_id in line.getMessage()
    assert purging.waiting() == 0


def test_entries_of_former_caches_are_dropped(site: Site, cache: Recorded) -> None:
    services, image_id = rendered(site)
    invalidation(site, Recorded("former"))
    services.editing.trash(image_id)
    purging = invalidation(site, cache)
    purging.send_due()
    assert cache.purged == []
    assert purging.waiting() == 0


def test_unusable_journal_is_reported_to_the_editor(site: Site, cache: Recorded) -> None:
    services, image_id = rendered(site)
    invalidation(site, cache)
    (site.folder / "purges.sqlite").write_bytes(b"damaged" * 1000)
    with pytest.raises(StorageUnavailable):
        services.editing.trash(image_id)
    # The picture is gone from this site in any case.
    assert site.cached() == []
    site.app.get(f"/30x30/{image_id}", status=404)


def test_without_caches_nothing_is_written(tmp_path: Path) -> None:
    site = Site(tmp_path, chain="off")
    services, image_id = rendered(site)
    services.invalidation.start()
    services.editing.trash(image_id)
    assert services.invalidation.waiting() is None
    assert services.cache_invalidator is None
    assert not (tmp_path / "purges.sqlite").exists()
    services.close()
