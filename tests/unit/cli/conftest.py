"""The command, run on a site of its own."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from huimages_app.factory import make_library
from huimages_app.services import Library
from tests.support import commands
from tests.support.commands import Ran
from tests.support.libraries import ini_in, settings_in

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
def library(site: Path) -> Iterator[Library]:
    """The library of that site, to look at it from outside."""
    library = make_library(settings_in(site))
    yield library
    library.close()
