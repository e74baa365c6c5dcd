"""Importing a folder of 320 pictures, some of them broken: all, again, after a stop, a crash."""

from __future__ import annotations

import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from huimages_app.cli.import_tree import files_below
from huimages_app.domain.ids import image_id
from huimages_app.factory import Storage
from huimages_app.services.container import Services
from tests.support.pictures import cmyk, encoded, photo, pixels, rotated, transparent

from .conftest import Command, Ran

GOOD, BROKEN = 308, 12
COMMAND = [sys.executable, "-c", "from huimages_app.cli import main; main()"]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with pictures of all formats, and other things."""
    root = tmp_path_factory.mktemp("made") / "photos"
    for folder in ("", "2009/summer", "2010", ".hidden", "2009/.cache"):
        (root / folder).mkdir(parents=True, exist_ok=True)
    first = [
        ("bike.heic", photo(60, 40, 1, "HEIF")),
        ("2009/bike.AVIF", photo(60, 40, 2, "AVIF")),
        ("2009/summer/sea.webp", photo(60, 40, 3, "WEBP")),
        ("2009/summer/Größe 3%.png", transparent(60, 40, 4)),
        ("2010/print.JPG", cmyk(60, 40, 5)),
        ("2010/turned.jpe", rotated(6, 60, 40, 6)),
        ("2010/scan.tiff", encoded(pixels(60, 40, 7), "TIFF")),
        ("2010/old.bmp", encoded(pixels(60, 40, 8), "BMP")),
        ("2010/moving.gif", encoded(pixels(60, 40, 9), "GIF")),
        ("2010/no ending", photo(60, 40, 10)),
    ]
    for name, content in first:
        (root / name).write_bytes(content)
    for number in range(GOOD - len(first)):
        (root / "2010" / f"p{number:03}.jpg").write_bytes(photo(24, 16, 1000 + number))
    for number in range(BROKEN):
        content = b"" if number % 3 == 0 else photo(24, 16)[: 40 * number]
        (root / "2009" / f"broken{number:02}.jpeg").write_bytes(content)
    # What nobody asked for.
    (root / "README").write_text("about these pictures")
    (root / "2010" / "notes.txt").write_text("more")
    (root / ".hidden" / "secret.jpg").write_bytes(photo(24, 16, 5000))
    (root / "2009" / ".cache" / "secret.jpg").write_bytes(photo(24, 16, 5001))
    (root / ".dot.jpg").write_bytes(photo(24, 16, 5002))
    (root / "circle").symlink_to(root, target_is_directory=True)
    return root


@pytest.fixture
def tree(made: Path, tmp_path: Path) -> Path:
    """A copy to work on."""
    return Path(shutil.copytree(made, tmp_path / "photos", symlinks=True))


def summary(ran: Ran) -> dict[str, int]:
    (line,) = ran.out
    parts = line.partition(": ")[2].split(", ")
    return {name: int(number) for number, name in (part.split(" ", 1) for part in parts)}


def overwrite(path: Path) -> None:
    """Other bytes, same length, same time: only who reads the file finds out."""
    status = path.stat()
    path.write_bytes(b"x" * status.st_size)
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))


def journalled(site: Path) -> list[Path]:
    """Files that the journal knows."""
    try:
        with closing(sqlite3.connect(site / "var" / "imported.sqlite", timeout=10)) as journal:
            return [Path(os.fsdecode(row[0])) for row in journal.execute("select path from file")]
    except sqlite3.OperationalError:  # not made yet
        return []


def test_a_folder_is_imported(
    huimages: Command, services: Services, tree: Path, site: Path
) -> None:
    long_ago = datetime(2001, 2, 3, tzinfo=UTC).timestamp()
    os.utime(tree / "2009/summer/sea.webp", (long_ago, long_ago))
    ran = huimages("import-tree", tree)
    assert ran.status == 1
    assert summary(ran) == {"new": GOOD, "no picture": 1, "failed": BROKEN}
    # On a slow machine it says how far it is, too.
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


def test_the_second_time_nothing_is_read(
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
    assert summary(ran) == {"new": 0, "known before": GOOD, "failed": 0}
    # A file that changed, and a new one, are looked at.
    (tree / "2010/p000.jpg").write_bytes(photo(30, 30, 1))
    (tree / "2010/new.jpg").write_bytes(photo(30, 30, 2))
    assert summary(huimages("import-tree", tree))["new"] == 2
    assert services.images.count() == GOOD + 2


def test_from_wherever_it_is_called(
    huimages: Command, tree: Path, monkeypatch: pytest.MonkeyPatch, services: Services
) -> None:
    huimages("import-tree", tree)
    monkeypatch.chdir(tree)
    assert summary(huimages("import-tree", "."))["known before"] == GOOD
    monkeypatch.chdir(tree.parent)
    assert summary(huimages("import-tree", "photos/2009/../2010"))["new"] == 0
    image = services.images.get_any(image_id((tree / "2010/p000.jpg").read_bytes()))
    assert image.references == {"path": ("photos/2010",)}


def test_the_journal_is_believed_only_about_what_the_store_has(
    huimages: Command, services: Services, tree: Path, site: Path
) -> None:
    huimages("import-tree", tree)
    trashed, removed = (image_id((tree / f"2010/p00{n}.jpg").read_bytes()) for n in range(2))
    services.editing.trash(trashed)
    services.editing.remove(removed)
    # What people threw away stays away …
    assert summary(huimages("import-tree", tree))["known before"] == GOOD
    # … and what another store has never seen is imported into it.
    services.close()
    (site / "metadata.sqlite").unlink()
    for leftover in site.glob("metadata.sqlite-*"):
        leftover.unlink()
    assert summary(huimages("import-tree", tree))["new"] == GOOD


def test_without_its_journal_everything_is_read_and_nothing_stored_twice(
    huimages: Command, services: Services, tree: Path, site: Path
) -> None:
    huimages("import-tree", tree)
    shutil.rmtree(site / "var")
    assert summary(huimages("import-tree", tree))["in the library already"] == GOOD
    assert services.images.count() == GOOD


def test_a_name_is_no_title_where_there_is_one(
    huimages: Command, services: Services, tree: Path
) -> None:
    path = tree / "2010/p000.jpg"
    huimages("import", path, "--title", "Our best bike")
    ran = huimages("import-tree", tree)
    assert summary(ran)["in the library already"] == 1
    assert services.images.get_any(image_id(path.read_bytes())).titles == ("Our best bike",)


def test_a_dry_run_changes_nothing(huimages: Command, services: Services, tree: Path) -> None:
    huimages("import-tree", tree / "2009" / "summer")
    ran = huimages("import-tree", tree, "--dry-run", "--jobs", "3")
    assert ran.status == 0
    assert len(ran.out) == GOOD - 2 + BROKEN + 1  # README is not opened
    assert str(tree / "2010/p000.jpg") in ran.out
    assert f"{GOOD - 2 + BROKEN + 1} files to import" in ran.err[-1]
    assert "2 known before" in ran.err[-1]
    assert services.images.count() == 2


def test_what_can_not_be_looked_at_is_a_failure(
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
    assert summary(ran) == {"new": 1, "in the library already": 1, "failed": 1}
    assert ran.err == [f"{tree}/nowhere.jpg: No such file or directory"]
    assert huimages("import-tree", tree / "good.jpg").status == 2


def test_a_folder_that_goes_away_while_it_is_walked(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "x.jpg").touch()
    complaints: list[OSError] = []
    walk = files_below(str(tmp_path), complaints.append)
    assert next(walk).path == str(tmp_path / "a" / "x.jpg")
    shutil.rmtree(tmp_path / "b")
    assert list(walk) == []
    assert [error.filename for error in complaints] == [str(tmp_path / "b")]


def test_names_of_any_bytes(
    huimages: Command, services: Services, tmp_path: Path, storage: Storage
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
    assert summary(huimages("import-tree", tree))["known before"] == 3


def test_a_store_that_goes_down_ends_it(
    huimages: Command, services: Services, tree: Path, site: Path
) -> None:
    originals, away = site / "originals", site / "unmounted"

    def unmount() -> None:
        while len(journalled(site)) < 20:
            time.sleep(0.01)
        originals.rename(away)

    saboteur = threading.Thread(target=unmount)
    saboteur.start()
    ran = huimages("import-tree", tree, "--jobs", "2")
    saboteur.join()
    assert ran.status == 1
    assert summary(ran)["left"] > 0
    assert ran.err[-1].startswith("huimages: ")
    assert str(originals) in ran.err[-1]
    away.rename(originals)
    assert huimages("import-tree", tree).status == 1  # the broken ones
    assert services.images.count() == GOOD
    assert huimages("check").status == 0


# -- from outside: stopped and killed in the middle -----------------------------------------


@pytest.fixture
def begun(tree: Path, site: Path) -> Iterator[subprocess.Popen[str]]:
    """An import in a process of its own that has come some way."""
    process = subprocess.Popen(
        [*COMMAND, "--config", str(site / "site.ini"), "import-tree", str(tree), "--jobs", "2"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    with process:
        deadline = time.monotonic() + 60
        while len(journalled(site)) < 30:
            assert process.poll() is None, process.communicate()
            assert time.monotonic() < deadline
            time.sleep(0.01)
        yield process
        process.kill()


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGKILL])
def test_it_goes_on_where_it_was_stopped(
    begun: subprocess.Popen[str],
    how: signal.Signals,
    huimages: Command,
    services: Services,
    site: Path,
) -> None:
    tree = site.parent / "photos"
    begun.send_signal(how)
    out, err = begun.communicate(timeout=30)
    if how is signal.SIGINT:
        assert begun.returncode == 130
        stopped = summary(Ran(130, out.splitlines(), []))
        assert stopped["left"] > 0
        assert err.splitlines()[-1] == "huimages: stopped"
        assert "Traceback" not in err
        assert len(journalled(site)) >= stopped["new"]
    else:
        assert begun.returncode == -signal.SIGKILL
    done = journalled(site)
    assert 30 <= len(done) < GOOD
    for path in done:
        overwrite(path)
    ran = huimages("import-tree", tree)
    assert summary(ran)["known before"] == len(done)
    assert sum(summary(ran).values()) == GOOD + BROKEN + 1
    assert services.images.count() == GOOD
    assert huimages("check").status == 0
