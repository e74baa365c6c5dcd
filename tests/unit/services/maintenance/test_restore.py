"""Restore of a backup into another site."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from huimages_app.domain.ids import image_id
from huimages_app.errors import BadInput, DamagedBackup, RemovedImage
from huimages_app.services.maintenance.backup import Outcome
from tests.support.backups import IDS, PASSWORD, BackedUp, exported, findings, put_original
from tests.support.pictures import photo
from tests.support.services import add, original_file, services_in


@pytest.fixture
def site(tmp_path: Path) -> Iterator[BackedUp]:
    site = BackedUp(tmp_path)
    yield site
    site.services.close()


@pytest.mark.slow
def test_restored_site_is_equal_and_passes_check(site: BackedUp) -> None:
    report = site.back_up(jobs=2)
    assert report.items == {
        "images": 4,
        "annotations": 4,
        "documents": 1,
        "tombstones": 1,
    }
    assert report.originals == {Outcome.COPIED: 4}
    restored = site.restore(jobs=2)
    assert (restored.name, restored.items) == (report.name, report.items)
    assert (restored.restored, restored.failed) == (4, 0)
    assert findings(site.target) == []
    assert exported(site.target) == exported(site.source)
    assert site.lines.printed == []
    other = services_in(site.target)
    assert other.accounts.authenticate("ada", PASSWORD)
    with pytest.raises(RemovedImage):
        other.images.get_any(image_id(photo(60, 40, seed=9)))
    other.close()


def test_restore_into_a_site_with_metadata_is_refused(site: BackedUp) -> None:
    site.back_up()
    with pytest.raises(BadInput, match="metadata of this site are not empty"):
        site.restore(site.source)


def test_restore_into_a_site_with_other_originals_is_refused(site: BackedUp) -> None:
    site.back_up()
    other = photo(60, 40, seed=40)
    put_original(site.target, other)
    with pytest.raises(BadInput, match=image_id(other)):
        site.restore()


def test_interrupted_restore_is_continued(site: BackedUp) -> None:
    def stop() -> None:
        raise KeyboardInterrupt

    first = site.back_up().name
    site.back_up()
    site.lines.during["restoring metadata"] = stop
    with pytest.raises(KeyboardInterrupt):
        site.restore(name=first)
    site.lines.during.clear()
    with pytest.raises(BadInput, match=f"--snapshot {first}"):
        site.restore()
    assert site.restore(name=first).items["images"] == 4
    assert findings(site.target) == []
    assert exported(site.target) == exported(site.source)


def test_lost_metadata_are_restored_beside_newer_originals(site: BackedUp) -> None:
    site.back_up()
    new = add(site.services, photo(60, 40, seed=20)).image.id
    for file in site.source.glob("metadata.sqlite*"):
        file.unlink()
    report = site.restore(site.source, only="metadata")
    assert (report.items["images"], report.restored) == (4, 0)
    assert findings(site.source) == [f"{new}: the original has no record"]


def test_lost_originals_are_restored_beside_newer_metadata(site: BackedUp) -> None:
    site.back_up()
    new = add(site.services, photo(60, 40, seed=20)).image.id
    for image in IDS[:2]:
        original_file(site.source, image).unlink()
    assert site.restore(site.source, only="originals").restored == 4
    assert findings(site.source) == []
    assert original_file(site.source, new).exists()


def test_damaged_copy_is_reported_and_the_rest_restored(site: BackedUp) -> None:
    site.back_up()
    damaged, lost = (site.copies()[image] for image in IDS[:2])
    damaged.chmod(0o600)
    damaged.write_bytes(b"damaged")
    lost.unlink()
    report = site.restore()
    assert (report.restored, report.failed) == (2, 2)
    assert sorted(site.lines.printed) == sorted(
        [
            f"{damaged.name}: the copy in the backup is damaged",
            f"{lost.name}: there is no original {lost.name}",
        ]
    )
    problem = "the original is missing"
    assert sorted(findings(site.target)) == sorted(
        f"{one.name}: {problem}" for one in (damaged, lost)
    )


def test_damaged_metadata_are_refused_before_anything_is_written(site: BackedUp) -> None:
    name = site.back_up().name
    file = site.folder.path / "snapshots" / name / "metadata.jsonl.gz"
    file.write_bytes(file.read_bytes()[:-10])
    with pytest.raises(DamagedBackup, match="checksum"):
        site.restore()
    assert exported(site.target) == []


def test_backup_of_a_newer_format_is_refused(site: BackedUp) -> None:
    name = site.back_up().name
    manifest = site.folder.path / "snapshots" / name / "manifest.json"
    manifest.write_text(json.dumps(json.loads(manifest.read_text()) | {"format": 2}))
    with pytest.raises(BadInput, match="backup format 2, this program supports 1"):
        site.restore()


def test_field_of_a_newer_version_is_refused_by_name(site: BackedUp) -> None:
    snapshot = site.folder.snapshot(site.back_up().name)
    first, *others = snapshot.lines("metadata.jsonl.gz")
    record = json.loads(others[0])
    record["image"]["smell"] = "roses"
    with gzip.open(snapshot.path / "metadata.jsonl.gz", "wt") as file:
        file.writelines([first, json.dumps(record) + "\n", *others[1:]])
    snapshot.complete(items={}, originals=4, removed=[], failed=[])
    with pytest.raises(DamagedBackup, match=r"line 2, is not known to this version: .*'smell'"):
        site.restore()


def test_unknown_snapshot_is_refused_with_the_existing_ones(site: BackedUp) -> None:
    with pytest.raises(BadInput, match="has no snapshot; it has none"):
        site.restore()
    name = site.back_up().name
    with pytest.raises(BadInput, match=f"has no snapshot 2020; it has {name}"):
        site.restore(name="2020")
