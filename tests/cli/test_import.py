from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pytest

from huimages_app.backends import Storage
from huimages_app.domain.ids import image_id
from huimages_app.services.container import Services
from huimages_app.services.uploads import PROGRAM
from tests.support.pictures import photo

from .conftest import Command, fail_for

TAKEN = datetime(2009, 4, 1, 12, tzinfo=UTC)


def image_file(folder: Path, name: str = "bike.jpg", seed: int = 0) -> Path:
    path = folder / name
    path.write_bytes(photo(60, 40, seed=seed))
    os.utime(path, (TAKEN.timestamp(),) * 2)
    return path


def test_import_prints_id_of_each_file(
    huimages: Command, services: Services, storage: Storage, tmp_path: Path
) -> None:
    files = [image_file(tmp_path, f"{seed}.jpg", seed) for seed in range(3)]
    ran = huimages("import", *files)
    assert ran.status == 0
    ids = [image_id(path.read_bytes()) for path in files]
    assert ran.out == [f"{id_}  {path}" for id_, path in zip(ids, files, strict=True)]
    assert ran.err == []
    assert sorted(storage.metadata.images.ids()) == sorted(ids)


def test_import_stores_title_tags_references_and_time(
    huimages: Command, services: Services, tmp_path: Path
) -> None:
    path = image_file(tmp_path)
    options = ["--artnr=10106", "--artnr=10107", "--ref=supplier=ACME", "--ref=artnr=10108"]
    ran = huimages("import", path, *options, "--title", 'A "bike"', "--tags", "Red, bike")
    assert ran.status == 0
    image = services.images.get_any(ran.out[0].split()[0])
    assert image.titles == ('A "bike"',)
    assert image.filename == "bike.jpg"
    assert image.created == TAKEN
    assert image.references == {"artnr": ("10106", "10107", "10108"), "supplier": ("ACME",)}
    assert services.annotations.get(image.id, PROGRAM).tags == ("red", "bike")


def test_import_without_title_stores_none(
    huimages: Command, services: Services, tmp_path: Path
) -> None:
    ran = huimages("import", image_file(tmp_path))
    assert services.images.get_any(ran.out[0].split()[0]).titles == ()


def test_bad_file_is_reported_and_others_are_imported(huimages: Command, tmp_path: Path) -> None:
    good, bad = image_file(tmp_path), tmp_path / "bad\njpg"
    bad.write_bytes(b"no picture")
    ran = huimages("import", bad, good)
    assert ran.status == 1
    assert len(ran.out) == 1
    (line,) = ran.err
    assert line.startswith(f"{tmp_path}/bad\\njpg: this is no picture")


def test_import_of_circular_link_is_rejected(
    huimages: Command, tmp_path: Path, services: Services
) -> None:
    path = tmp_path / "loop.jpg"
    path.symlink_to(path)
    ran = huimages("import", path)
    assert ran.status == 2
    assert services.images.count() == 0


def test_file_that_cannot_be_read_is_reported(
    huimages: Command, services: Services, tmp_path: Path
) -> None:
    # click checks the arguments before the import opens them; this pipe works once.
    path = tmp_path / "pipe.jpg"
    os.mkfifo(path)
    with ThreadPoolExecutor() as pool:
        pool.submit(path.write_bytes, photo(24, 16))
        ran = huimages("import", path)
    assert ran.status == 1
    assert ran.err[0].startswith(f"{path}: ")
    assert services.images.count() == 0


def test_invalid_arguments_are_reported_once(
    huimages: Command, services: Services, tmp_path: Path
) -> None:
    path = image_file(tmp_path)
    for words, message in [
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
        assert message in ran.err[0]
    assert services.images.count() == 0
    assert huimages("import").status == 2


def test_unexpected_error_is_reported_for_its_file_only(
    huimages: Command, services: Services, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bad, good = image_file(tmp_path, "bad.jpg", 1), image_file(tmp_path, "good.jpg", 2)
    fail_for(monkeypatch, bad)
    ran = huimages("import", bad, good)
    assert ran.status == 1
    assert ran.err == [f"{bad}: unexpected OverflowError: offset 2^63"]
    assert ran.out == [f"{image_id(good.read_bytes())}  {good}"]
