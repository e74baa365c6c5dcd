from __future__ import annotations

import re
import signal
import subprocess
from pathlib import Path

import pytest

from tests.support import commands
from tests.support.services import ini_in, original_file

from .conftest import Command


def restored(folder: Path) -> Path:
    """Return the ini file of an empty site."""
    folder.mkdir()
    return ini_in(folder)


def test_backup_and_restore_print_their_counts(
    huimages: Command, images: list[str], site: Path, tmp_path: Path
) -> None:
    ran = huimages("backup", tmp_path / "backup")
    assert (ran.status, ran.err) == (0, [])
    snapshot, originals = ran.out
    (name,) = re.findall(r"\d{8}T\d{6}Z", snapshot)
    assert snapshot == f"snapshot {name}: 3 images, 0 annotations, 0 documents"
    assert originals == "originals: 3 copied, 0 already there, 0 failed"
    ini = restored(tmp_path / "other")
    assert commands.huimages(ini, "restore", tmp_path / "backup") == (
        0,
        [
            f"snapshot {name}: 3 images, 0 annotations, 0 documents restored",
            "originals: 3 restored, 0 failed",
        ],
        [],
    )
    assert commands.huimages(ini, "check") == (0, ["3 images: 0 wrong"], [])
    again = commands.huimages(ini, "restore", tmp_path / "backup")
    assert (again.status, again.out, len(again.err)) == (2, [], 1)


def test_backup_with_a_failed_original_exits_with_1(
    huimages: Command, images: list[str], site: Path, tmp_path: Path
) -> None:
    original_file(site, images[0]).unlink()
    ran = huimages("backup", tmp_path / "backup")
    assert (ran.status, ran.err) == (1, [f"{images[0]}: there is no original {images[0]}"])
    assert ran.out[1] == "originals: 2 copied, 0 already there, 1 failed"


def test_restore_of_another_folder_is_refused(huimages: Command, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    ran = huimages("restore", tmp_path / "empty")
    assert (ran.status, ran.out, len(ran.err)) == (2, [], 1)
    assert "is no backup" in ran.err[0]


def test_backup_of_a_missing_site_creates_nothing(tmp_path: Path) -> None:
    missing = commands.huimages(tmp_path / "missing.ini", "backup", tmp_path / "backup")
    assert missing.status == 2
    assert not (tmp_path / "backup").exists()


@pytest.mark.slow
def test_killed_backup_and_restore_are_continued(
    huimages: Command, images: list[str], site: Path, tmp_path: Path
) -> None:
    for wait in (0.5, 1.0, 1.5):
        process = commands.begun(site / "site.ini", "backup", tmp_path / "backup")
        _kill_after(process, wait)
    ran = huimages("backup", tmp_path / "backup")
    assert ran.status == 0
    ini = restored(tmp_path / "other")
    for wait in (0.5, 1.0, 1.5):
        _kill_after(commands.begun(ini, "restore", tmp_path / "backup"), wait)
    ran = commands.huimages(ini, "restore", tmp_path / "backup")
    assert ran.status == 0 or "not empty" in ran.err[0]  # one that ended before the signal
    assert commands.huimages(ini, "check") == (0, ["3 images: 0 wrong"], [])


def _kill_after(process: subprocess.Popen[str], seconds: float) -> None:
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        process.send_signal(signal.SIGKILL)
    process.communicate()
