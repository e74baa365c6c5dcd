"""Backup of a site while it changes."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from huimages_app.domain.ids import image_id
from huimages_app.errors import BadInput, RemovedImage, ServerBusy
from huimages_app.services.maintenance.backup_originals import Outcome
from tests.support.backups import IDS, PHOTOS, BackedUp, findings, put_original
from tests.support.pictures import photo
from tests.support.services import add, original_file, storage_in


@pytest.fixture
def site(tmp_path: Path) -> Iterator[BackedUp]:
    site = BackedUp(tmp_path)
    yield site
    site.services.close()


def test_second_backup_copies_only_new_originals(site: BackedUp) -> None:
    site.back_up()
    times = {path: path.stat().st_mtime_ns for path in site.copies().values()}
    new = add(site.services, photo(60, 40, seed=20)).image.id
    report = site.back_up()
    assert report.originals == {Outcome.COPIED: 1, Outcome.PRESENT: 4}
    assert {*site.copies()} == {*IDS, new}
    assert {path: path.stat().st_mtime_ns for path in times} == times


def test_checksums_are_verified_by_sha256sum(site: BackedUp) -> None:
    name = site.back_up().name
    ran = subprocess.run(
        ["sha256sum", "--check", "--strict", f"snapshots/{name}/originals.sha256"],
        cwd=site.folder.path,
        capture_output=True,
        text=True,
        check=True,
    )
    assert ran.stdout.count(": OK\n") == 4


def test_image_removed_after_the_metadata_were_read_becomes_a_tombstone(site: BackedUp) -> None:
    site.lines.during["copying originals"] = lambda: site.services.editing.remove(IDS[1])
    report = site.back_up()
    assert report.originals == {Outcome.COPIED: 3, Outcome.REMOVED: 1}
    site.restore()
    assert findings(site.target) == []
    with storage_in(site.target) as target, pytest.raises(RemovedImage):
        target.metadata.images.get(IDS[1])


def test_image_uploaded_after_the_metadata_were_read_is_in_the_next_backup(
    site: BackedUp,
) -> None:
    site.lines.during["copying originals"] = lambda: add(site.services, photo(60, 40, seed=20))
    assert site.back_up().originals == {Outcome.COPIED: 4, Outcome.LATER: 1}
    site.restore()
    assert findings(site.target) == []
    site.lines.during.clear()
    assert site.back_up().originals[Outcome.COPIED] == 1


def test_lost_original_is_reported_and_the_rest_is_backed_up(site: BackedUp) -> None:
    original_file(site.source, IDS[0]).unlink()
    original_file(site.source, IDS[1]).write_bytes(b"damaged")
    report = site.back_up()
    assert report.originals == {Outcome.COPIED: 2, Outcome.FAILED: 2}
    assert sorted(site.lines.printed) == sorted(
        [
            f"{IDS[0]}: there is no original {IDS[0]}",
            f"{IDS[1]}: the stored bytes are not those of this picture",
        ]
    )


def test_original_lost_after_a_backup_is_kept_and_restored(site: BackedUp) -> None:
    site.back_up()
    original_file(site.source, IDS[0]).unlink()
    original_file(site.source, IDS[1]).write_bytes(b"damaged")
    assert site.back_up().originals == {Outcome.PRESENT: 4}
    site.restore()
    assert findings(site.target) == []


def test_original_without_a_record_is_backed_up(site: BackedUp) -> None:
    left = photo(60, 40, seed=30)
    put_original(site.source, left)
    assert site.back_up().originals == {Outcome.COPIED: 5}
    site.restore()
    assert findings(site.target) == [f"{image_id(left)}: the original has no record"]


def test_verify_replaces_damaged_copies(site: BackedUp) -> None:
    site.back_up()
    damaged = site.copies()[IDS[2]]
    damaged.chmod(0o600)
    damaged.write_bytes(b"damaged")
    assert site.back_up().originals == {Outcome.PRESENT: 4}
    report = site.back_up(verify=True)
    assert report.originals == {Outcome.COPIED: 1, Outcome.PRESENT: 3}
    assert damaged.read_bytes() == PHOTOS[2]


def test_old_snapshots_and_their_originals_are_deleted(site: BackedUp) -> None:
    first = site.back_up(keep=2).name
    site.services.editing.remove(IDS[0])
    assert site.back_up(keep=2).discarded == 0
    assert {*site.copies()} == {*IDS}
    assert site.back_up(keep=2).discarded == 1
    assert {*site.copies()} == {*IDS[1:]}
    assert first not in [one.name for one in site.folder.snapshots()]
    assert len(list((site.folder.path / "snapshots").iterdir())) == 2


def test_partial_snapshot_is_ignored_and_removed_by_the_next_backup(site: BackedUp) -> None:
    name = site.back_up().name
    partial = site.folder.path / "snapshots" / "20990101T000000Z.partial"
    partial.mkdir()
    (partial / "metadata.jsonl.gz").write_bytes(b"half")
    assert site.folder.snapshot(None).name == name
    site.back_up()
    assert not partial.exists()


def test_backup_into_the_folder_of_the_originals_is_refused(site: BackedUp) -> None:
    with pytest.raises(BadInput, match="same location"):
        site.back_up(site.source)
    with storage_in(site.source) as storage:
        assert [*storage.originals.ids()] == sorted(IDS)


def test_second_backup_at_the_same_time_is_refused(site: BackedUp) -> None:
    with site.folder.locked(), pytest.raises(ServerBusy, match="another backup or restore"):
        site.back_up()
    site.back_up()


def test_snapshot_after_the_clock_was_set_back_is_the_newest(
    site: BackedUp,
) -> None:
    name = site.back_up().name
    (site.folder.path / "snapshots" / name).rename(
        site.folder.path / "snapshots" / "20990101T000000Z"
    )
    assert site.back_up().name == "20990101T000001Z"
