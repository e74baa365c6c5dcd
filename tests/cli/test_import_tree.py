"""`import-tree` on 100 files, some of them broken."""

from __future__ import annotations

import os
import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest

from huimages_app.backends import Storage
from huimages_app.cli.importing.tree import files_below
from huimages_app.domain.ids import image_id
from huimages_app.services.container import Services
from tests.support.pictures import photo

from .conftest import Command, fail_for
from .prepared_tree import BROKEN, GOOD, journalled, overwrite, summary


def test_folder_is_imported_with_titles_references_and_times(
    huimages: Command, services: Services, tree: Path, site: Path
) -> None:
    long_ago = datetime(2001, 2, 3, tzinfo=UTC).timestamp()
    os.utime(tree / "2009/summer/sea.webp", (long_ago, long_ago))
    ran = huimages("import-tree", tree)
    assert ran.status == 1
    assert summary(ran) == {"new": GOOD, "not an image": 1, "failed": BROKEN}
    # On a slow machine there are progress lines, too.
    failed = [line for line in ran.err if not line.startswith("importing: ")]
    named = sorted(line.partition(": ")[0] for line in failed)
    assert named == sorted(map(str, tree.glob("2009/broken*")))
    assert services.images.count() == GOOD

    sea = services.images.get_any(image_id((tree / "2009/summer/sea.webp").read_bytes()))
    assert sea.titles == ("sea",)
    assert sea.filename == "sea.webp"
    assert sea.references == {"path": ("photos/2009/summer",)}
    assert sea.created.timestamp() == long_ago
    umlaut = services.images.get_any(image_id((tree / "2009/summer/Größe 3%.png").read_bytes()))
    assert umlaut.title == "Größe 3%"
    top = services.images.get_any(image_id((tree / "bike.heic").read_bytes()))
    assert top.references == {"path": ("photos",)}
    assert huimages("check").status == 0


@pytest.mark.slow
def test_second_run_reads_only_new_and_changed_files(
    huimages: Command, services: Services, tree: Path, site: Path
) -> None:
    huimages("import-tree", tree)
    for path in tree.glob("2009/broken*"):
        path.unlink()
    (tree / "README").unlink()
    for path in journalled(site):
        overwrite(path)
    ran = huimages("import-tree", tree)
    assert (ran.status, ran.err) == (0, [])
    assert summary(ran) == {"new": 0, "imported before": GOOD, "failed": 0}
    # A changed file and a new one are read.
    (tree / "2010/p000.jpg").write_bytes(photo(30, 30, 1))
    (tree / "2010/new.jpg").write_bytes(photo(30, 30, 2))
    assert summary(huimages("import-tree", tree))["new"] == 2
    assert services.images.count() == GOOD + 2


@pytest.mark.slow
def test_files_are_known_under_other_relative_paths(
    huimages: Command, tree: Path, monkeypatch: pytest.MonkeyPatch, services: Services
) -> None:
    huimages("import-tree", tree)
    monkeypatch.chdir(tree)
    assert summary(huimages("import-tree", "."))["imported before"] == GOOD
    monkeypatch.chdir(tree.parent)
    assert summary(huimages("import-tree", "photos/2009/../2010"))["new"] == 0
    image = services.images.get_any(image_id((tree / "2010/p000.jpg").read_bytes()))
    assert image.references == {"path": ("photos/2010",)}


@pytest.mark.slow
def test_journal_is_ignored_for_images_missing_in_storage(
    huimages: Command, services: Services, tree: Path, site: Path
) -> None:
    huimages("import-tree", tree)
    trashed, removed = (image_id((tree / f"2010/p00{n}.jpg").read_bytes()) for n in range(2))
    services.editing.trash(trashed)
    services.editing.remove(removed)
    # Trashed and removed images are not imported again.
    assert summary(huimages("import-tree", tree))["imported before"] == GOOD
    # Images that are unknown to new storage are imported into it.
    services.close()
    (site / "metadata.sqlite").unlink()
    for leftover in site.glob("metadata.sqlite-*"):
        leftover.unlink()
    assert summary(huimages("import-tree", tree))["new"] == GOOD


@pytest.mark.slow
def test_without_journal_files_are_read_and_not_stored_twice(
    huimages: Command, services: Services, tree: Path, site: Path
) -> None:
    huimages("import-tree", tree)
    shutil.rmtree(site / "var")
    assert summary(huimages("import-tree", tree))["already stored"] == GOOD
    assert services.images.count() == GOOD


def test_file_name_does_not_replace_title(
    huimages: Command, services: Services, tree: Path
) -> None:
    path = tree / "2010/p000.jpg"
    huimages("import", path, "--title", "Our best bike")
    ran = huimages("import-tree", tree)
    assert summary(ran)["already stored"] == 1
    assert services.images.get_any(image_id(path.read_bytes())).titles == ("Our best bike",)


def test_dry_run_lists_files_and_changes_nothing(
    huimages: Command, services: Services, tree: Path
) -> None:
    huimages("import-tree", tree / "2009" / "summer")
    ran = huimages("import-tree", tree, "--dry-run", "--jobs", "3")
    assert ran.status == 0
    assert len(ran.out) == GOOD - 2 + BROKEN + 1  # README is not opened
    assert str(tree / "2010/p000.jpg") in ran.out
    assert f"{GOOD - 2 + BROKEN + 1} files to import" in ran.err[-1]
    assert "2 imported before" in ran.err[-1]
    assert services.images.count() == 2


def test_unreadable_entries_are_reported_as_failures(
    huimages: Command, services: Services, tmp_path: Path
) -> None:
    tree = tmp_path / "few"
    tree.mkdir()
    (tree / "good.jpg").write_bytes(photo(24, 16))
    (tree / "nowhere.jpg").symlink_to(tree / "nothing")
    (tree / "linked.jpg").symlink_to(tree / "good.jpg")
    os.mkfifo(tree / "pipe.jpg")
    ran = huimages("import-tree", tree)
    assert ran.status == 1
    assert summary(ran) == {"new": 1, "already stored": 1, "failed": 1}
    assert ran.err == [f"{tree}/nowhere.jpg: No such file or directory"]
    assert huimages("import-tree", tree / "good.jpg").status == 2


def test_folder_removed_during_walk_is_reported(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "x.jpg").touch()
    errors: list[OSError] = []
    walk = files_below(str(tmp_path), errors.append)
    assert next(walk).path == str(tmp_path / "a" / "x.jpg")
    shutil.rmtree(tmp_path / "b")
    assert list(walk) == []
    assert [error.filename for error in errors] == [str(tmp_path / "b")]


def test_file_names_of_any_bytes_are_imported(
    huimages: Command, services: Services, storage: Storage, tmp_path: Path
) -> None:
    tree = tmp_path / "odd"
    tree.mkdir()
    (tree / os.fsdecode(b"caf\xe9.jpg")).write_bytes(photo(24, 16))
    (tree / "a\x1b[31m\nb.jpg").write_bytes(b"broken")
    (tree / ("long" * 60 + ".jpg")).write_bytes(photo(24, 16, 1))
    deep = tree / ("d" * 150) / ("e" * 150)
    deep.mkdir(parents=True)
    (deep / "deep.jpg").write_bytes(photo(24, 16, 2))
    ran = huimages("import-tree", tree)
    assert summary(ran) == {"new": 3, "failed": 1}
    assert ran.err[0].startswith(f"{tree}/a\\x1b[31m\\nb.jpg: ")
    titles = {services.images.get_any(id_).title for id_ in storage.metadata.images.ids()}
    assert titles == {"caf?", "long" * 60, "deep"}
    assert summary(huimages("import-tree", tree))["imported before"] == 3


def test_unexpected_error_is_reported_for_its_file_only(
    huimages: Command, services: Services, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tree = tmp_path / "few"
    tree.mkdir()
    for number in range(3):
        (tree / f"{number}.jpg").write_bytes(photo(24, 16, number))
    fail_for(monkeypatch, tree / "1.jpg")
    ran = huimages("import-tree", tree, "--jobs", "1")
    assert ran.status == 1
    assert summary(ran) == {"new": 2, "failed": 1}
    assert ran.err == [f"{tree}/1.jpg: unexpected OverflowError: offset 2^63"]
    assert services.images.count() == 2


def test_dry_run_creates_no_file(huimages: Command, tmp_path: Path, site: Path) -> None:
    (tmp_path / "a.jpg").write_bytes(photo(24, 16))
    ran = huimages("import-tree", tmp_path, "--dry-run")
    assert ran.out == [f"{tmp_path}/a.jpg"]
    assert [path.name for path in site.iterdir()] == ["site.ini"]


@pytest.mark.slow
def test_import_leaves_previews_to_the_first_request(
    huimages: Command, tmp_path: Path, site: Path
) -> None:
    folder = tmp_path / "large"
    folder.mkdir()
    (folder / "large.jpg").write_bytes(photo(2600, 1800))
    assert huimages("import-tree", folder).status == 0
    assert not list((site / "cache").rglob("*.jpeg"))
