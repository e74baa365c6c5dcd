"""Versions in backups, imports and moves of originals."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

import pytest

from huimages_app.factory import build_services
from huimages_app.services.container import Services
from tests.support.backups import BackedUp, findings
from tests.support.services import services_in, settings_in, storage_in
from tests.support.versions import a_photo, chain, faults, record, versions, visible


@pytest.fixture
def site(tmp_path: Path) -> Iterator[BackedUp]:
    site = BackedUp(tmp_path)
    yield site
    site.services.close()


def test_restored_site_has_the_same_versions(site: BackedUp) -> None:
    first, second, third = chain(site.services, 31, 32, 33, title="Red")
    site.services.annotations.tag(third, "vera", ["sunny"])
    site.services.editing.trash(first)
    site.back_up()
    site.restore()
    assert findings(site.target) == []
    restored = services_in(site.target)
    assert versions(restored, second) == [first, second, third]
    assert visible(restored) == visible(site.services)
    assert [record(restored, one) for one in (first, second, third)] == [
        record(site.services, one) for one in (first, second, third)
    ]
    restored.close()


def test_version_that_a_backup_lacks_is_repaired(site: BackedUp) -> None:
    first, second = chain(site.services, 31, 32)
    site.back_up()
    third = site.services.versions.replace(second, io.BytesIO(a_photo(33))).image.id
    site.restore()
    restored = services_in(site.target)
    assert versions(restored, first) == [first, second]
    assert third not in visible(restored)
    assert faults(restored) == []
    restored.close()


def test_import_of_all_files_again_changes_no_version(tmp_path: Path) -> None:
    with storage_in(tmp_path) as storage:
        services: Services = build_services(settings_in(tmp_path), storage)
        ids = chain(services, 1, 2, 3, title="Red", references={"artnr": ["10106"]})
        before = [record(services, one) for one in ids]
        for seed in (3, 1, 2):
            result = services.uploads.add(io.BytesIO(a_photo(seed)))
            assert not result.is_new
        assert [record(services, one) for one in ids] == before
        assert visible(services) == {ids[-1]}
        services.close()
