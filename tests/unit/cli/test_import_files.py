from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

from huimages_app.domain.ids import image_id
from huimages_app.factory import Storage
from huimages_app.services.container import Services
from huimages_app.services.uploads import PROGRAM
from tests.support.pictures import photo

from .conftest import Command

TAKEN = datetime(2009, 4, 1, 12, tzinfo=UTC)


def a_file(folder: Path, name: str = "bike.jpg", seed: int = 0) -> Path:
    path = folder / name
    path.write_bytes(photo(60, 40, seed=seed))
    os.utime(path, (TAKEN.timestamp(),) * 2)
    return path


def test_importing_prints_ids(
    huimages: Command, services: Services, tmp_path: Path, storage: Storage
) -> None:
    files = [a_file(tmp_path, f"{seed}.jpg", seed) for seed in range(3)]
    ran = huimages("import", *files)
    assert ran.status == 0
    ids = [image_id(path.read_bytes()) for path in files]
    assert ran.out == [f"{id_}  {path}" for id_, path in zip(ids, files, strict=True)]
    assert ran.err == []
    assert sorted(storage.metadata.images.ids()) == sorted(ids)


def test_what_is_said_is_stored(huimages: Command, services: Services, tmp_path: Path) -> None:
    path = a_file(tmp_path)
    said = ["--artnr=10106", "--artnr=10107", "--ref=supplier=ACME", "--ref=artnr=10108"]
    ran = huimages("import", path, *said, "--title", 'A "bike"', "--tags", "Red, bike")
    assert ran.status == 0
    image = services.images.get_any(ran.out[0].split()[0])
    assert image.titles == ('A "bike"',)
    assert image.filename == "bike.jpg"
    assert image.created == TAKEN
    assert image.references == {"artnr": ("10106", "10107", "10108"), "supplier": ("ACME",)}
    assert services.annotations.get(image.id, PROGRAM).tags == ("red", "bike")


def test_no_title_is_made_up(huimages: Command, services: Services, tmp_path: Path) -> None:
    ran = huimages("import", a_file(tmp_path))
    assert services.images.get_any(ran.out[0].split()[0]).titles == ()


def test_one_bad_file_does_not_stop_the_others(huimages: Command, tmp_path: Path) -> None:
    good, bad = a_file(tmp_path), tmp_path / "bad\njpg"
    bad.write_bytes(b"no picture")
    ran = huimages("import", bad, good)
    assert ran.status == 1
    assert len(ran.out) == 1
    (line,) = ran.err
    assert line.startswith(f"{tmp_path}/bad\\njpg: this is no picture")


def test_a_link_that_leads_to_itself(huimages: Command, tmp_path: Path, services: Services) -> None:
    path = tmp_path / "loop.jpg"
    path.symlink_to(path)
    ran = huimages("import", path)
    assert ran.status == 2
    assert services.images.count() == 0


def test_a_file_that_is_gone_when_its_turn_comes(
    huimages: Command, services: Services, tmp_path: Path
) -> None:
    # The arguments are checked before the first is opened; this one can be opened once.
    path = tmp_path / "pipe.jpg"
    os.mkfifo(path)
    with ThreadPoolExecutor() as pool:
        pool.submit(path.write_bytes, photo(24, 16))
        ran = huimages("import", path)
    assert ran.status == 1
    assert ran.err[0].startswith(f"{path}: ")
    assert services.images.count() == 0


def test_what_is_asked_wrongly_is_said_once(
    huimages: Command, services: Services, tmp_path: Path
) -> None:
    path = a_file(tmp_path)
    for words, sentence in [
        (["--ref", "novalue"], "--ref 'novalue' is not of the form KEY=VALUE"),
        (["--ref", "A B=c"], "can't be the key of a reference"),
        (["--title", "x" * 501], "the title is too long"),
        (["--tags", "x" * 65], "too long"),
        (["--nonsense"], "No such option"),
        ([tmp_path / "nothing.jpg"], "does not exist"),
        ([tmp_path], "is a directory"),
    ]:
        ran = huimages("import", path, path, *words)
        assert (ran.status, ran.out, len(ran.err)) == (2, [], 1), words
        assert ran.err[0].startswith("huimages: ")
        assert sentence in ran.err[0]
    assert services.images.count() == 0
    assert huimages("import").status == 2
