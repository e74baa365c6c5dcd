"""kill -9 at any moment: acknowledged changes are stored, and no partial file is served."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from huimages_app.backends import make_backup_folder
from huimages_app.domain.ids import image_id, image_id_of_file
from huimages_app.services.container import Services
from huimages_app.services.maintenance.integrity import Problem
from tests.support.backups import BackedUp, findings
from tests.support.pictures import photo
from tests.support.services import add, services_in, settings_in
from tests.support.torture import amount

from .worker import KINDS

ROOT = Path(__file__).parents[2]
KILLS = amount(1, 17)  # of each of seven kinds: 119
PICTURES = [photo(60, 40, seed=seed) for seed in range(12)]
IDS = [image_id(content) for content in PICTURES]


def killed(kind: str, folder: Path, seed: int, chance: random.Random) -> list[str]:
    """Run a worker, kill it after a random time; return the lines that it acknowledged."""
    log = folder.parent / f"{kind}{seed}.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.torture.worker", kind, str(folder), str(seed)],
            cwd=ROOT,
            stdout=output,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
        )
    deadline = time.monotonic() + 120
    while not log.stat().st_size:
        assert process.poll() is None, f"the worker {kind} ended"
        assert time.monotonic() < deadline, f"the worker {kind} does not start"
        time.sleep(0.01)
    time.sleep(chance.uniform(0, 0.6))
    assert process.poll() is None, f"the worker {kind} ended"
    process.send_signal(signal.SIGKILL)
    process.wait()
    return log.read_text().splitlines()[1:]


def require_uploads(services: Services, lines: list[str]) -> None:
    for line in lines:
        content = photo(60, 40, seed=int(line))
        image = services.images.get_any(image_id(content))
        assert image.title == f"Title {line}"
        served = services.renditions.original(image.id)
        assert served.file.read() == content
        served.close()


def require_edits(services: Services, lines: list[str]) -> None:
    for line in lines:
        identifier, number = line.split()
        assert f"Title {number}" in services.images.get_any(identifier).titles
        assert f"tag{number}" in services.annotations.summary(identifier).tags


def require_replacements(services: Services, lines: list[str]) -> None:
    for line in lines:
        identifier, number = line.split()
        versions = services.versions.all(services.images.get_any(identifier))
        assert image_id(photo(60, 40, seed=int(number))) in {image.id for image in versions}


def require_whole_renditions(services: Services, folder: Path) -> None:
    for path in (folder / "cache").rglob("*.*"):
        if path.is_file():
            with Image.open(path) as picture:
                picture.load()


def require_originals_somewhere(folder: Path) -> None:
    for content, identifier in zip(PICTURES, IDS, strict=True):
        places = [folder / name for name in ("originals", "moved")]
        paths = [place / identifier[:2] / identifier[2:4] / identifier for place in places]
        found = [path.read_bytes() for path in paths if path.exists()]
        assert found
        assert all(each == content for each in found)


def require_whole_backup(folder: Path, lines: list[str]) -> None:
    target = make_backup_folder(folder / "backup", settings_in(folder), make=True)
    names = [snapshot.name for snapshot in target.snapshots()]
    assert lines[-1:] == [] or lines[-1] <= names[-1]
    for snapshot in target.snapshots():
        snapshot.verify()
    for image in target.originals.ids():
        with target.originals.open(image) as file:
            assert image_id_of_file(file) == image


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A site with twelve pictures."""
    folder = tmp_path / "site"
    folder.mkdir()
    (folder / "moved").mkdir()
    services = services_in(folder)
    for content in PICTURES:
        add(services, content)
    services.close()
    return folder


def require_survived(kind: str, folder: Path, lines: list[str]) -> None:
    services = services_in(folder)
    checks: dict[str, Callable[[], None]] = {
        "upload": lambda: require_uploads(services, lines),
        "edit": lambda: require_edits(services, lines),
        "replace": lambda: require_replacements(services, lines),
        "render": lambda: require_whole_renditions(services, folder),
        "evict": lambda: require_whole_renditions(services, folder),
        "migrate": lambda: require_originals_somewhere(folder),
        "backup": lambda: require_whole_backup(folder, lines),
    }
    checks[kind]()
    services.close()


@pytest.mark.timeout(3000)
@pytest.mark.parametrize("kind", KINDS)
def test_killed_work_leaves_everything_acknowledged_whole(kind: str, folder: Path) -> None:
    chance = random.Random(kind)
    acknowledged = 0
    for seed in range(1, KILLS + 1):
        lines = killed(kind, folder, seed, chance)
        acknowledged += len(lines)
        require_survived(kind, folder, lines)
    require_clean(kind, folder)
    print(f"{kind}: {KILLS} kills, {acknowledged} acknowledged, none lost")


def require_clean(kind: str, folder: Path) -> None:
    """Fail unless `huimages check` finds nothing."""
    if kind == "migrate":
        for path in (folder / "moved").glob("??/??/*"):
            target = folder / "originals" / path.relative_to(folder / "moved")
            target.parent.mkdir(parents=True, exist_ok=True)
            path.replace(target)
    services = services_in(folder)
    found = list(services.integrity.check(repair=True))
    services.close()
    # An upload stores the original first: one that was not acknowledged may lack its record.
    expected = {"upload": {Problem.NO_RECORD}, "replace": {Problem.NO_RECORD, Problem.VERSIONS}}
    assert {one.problem for one in found} <= expected.get(kind, set()), found
    assert len([one for one in found if one.problem is Problem.NO_RECORD]) <= KILLS
    assert findings(folder) == []


@pytest.mark.timeout(600)
def test_restore_after_killed_backups_passes_check(tmp_path: Path) -> None:
    site = BackedUp(tmp_path)
    chance = random.Random(1)
    for seed in range(1, amount(1, 3) + 1):
        lines = killed("backup", site.source, seed, chance)
        require_whole_backup(site.source, lines)
    site.back_up()
    site.restore()
    assert findings(site.target) == []
    site.services.close()
