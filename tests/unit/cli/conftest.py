"""The command, run on a site of its own."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from huimages_app.factory import Storage, build_services
from huimages_app.services.container import Services
from tests.support import commands
from tests.support.commands import Ran
from tests.support.libraries import ini_in, settings_in, storage_in

Command = Callable[..., Ran]


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """The folder of a site, with `site.ini` in it."""
    folder = tmp_path / "site"
    folder.mkdir()
    ini_in(folder)
    return folder


@pytest.fixture
def huimages(site: Path) -> Command:
    """Runs the command on that site, in this process."""
    return functools.partial(commands.huimages, site / "site.ini")


@pytest.fixture
def storage(site: Path) -> Iterator[Storage]:
    """The storage of the services."""
    with storage_in(site) as storage:
        yield storage


@pytest.fixture
def services(site: Path, storage: Storage) -> Iterator[Services]:
    """The library of that site, to look at it from outside."""
    services = build_services(settings_in(site), storage)
    yield services
    services.close()
