"""The ini file, threads and forked processes of the Python library."""

from __future__ import annotations

import multiprocessing
import os
import threading
from pathlib import Path
from typing import Any

import pytest

import huimages
from huimages_app.backends import Storage
from huimages_app.client.process import _process, services_of_process
from huimages_app.errors import (
    BadSetting,
)
from huimages_app.services.container import Services
from tests.support.pictures import photo
from tests.support.services import ini_in

from .conftest import ID, PHOTO


def test_variable_names_the_ini_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, storage: Storage
) -> None:
    monkeypatch.setenv("HUIMAGES_CONFIG", str(ini_in(tmp_path)))
    huimages.configure(None)
    huimages.save_image(PHOTO)
    huimages.configure(None)
    assert list(storage.metadata.images.ids()) == [ID]


def test_missing_ini_file_is_named(tmp_path: Path) -> None:
    huimages.configure(tmp_path / "no.ini")
    try:
        with pytest.raises(BadSetting, match="there is no ini file"):
            huimages.get_random_imageid()
    finally:
        huimages.configure(None)


def test_configure_switches_between_sites(tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        huimages.configure(str(ini_in(tmp_path / name)))
        assert huimages.get_random_imageid() is None
        huimages.save_image(PHOTO)
    huimages.configure(None)


def test_threads_share_one_set_of_services(services: Services, tmp_path: Path) -> None:
    huimages.configure(tmp_path / "site.ini")
    made: list[Services] = []
    start = threading.Barrier(8)

    def work() -> None:
        start.wait()
        made.append(services_of_process())

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(made) == 8
    assert len(set(map(id, made))) == 1


def _child(connection: Any, parents: int) -> None:
    mine = id(services_of_process()) != parents
    connection.send((mine, huimages.save_image(photo(20, 20)), huimages.get_length(ID)))
    connection.close()


@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")  # forking is what is tested
def test_forked_process_creates_its_own_services(saved: str, services: Services) -> None:
    context = multiprocessing.get_context("fork")
    ours, theirs = context.Pipe()
    child = context.Process(target=_child, args=(theirs, id(services)))
    child.start()
    assert ours.poll(30)
    mine, its_image, length = ours.recv()
    child.join(30)
    assert child.exitcode == 0
    assert mine
    assert length == len(PHOTO)
    # The services of this process still work.
    assert huimages.get_imagedoc(its_image)["width"] == 20
    assert services_of_process() is services


@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")
def test_process_forked_while_a_thread_creates_services_works(tmp_path: Path) -> None:
    huimages.configure(ini_in(tmp_path))
    with _process._lock:  # as that thread would
        pid = os.fork()
        if pid == 0:
            os._exit(0 if huimages.get_random_imageid() is None else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0
    huimages.configure(None)
