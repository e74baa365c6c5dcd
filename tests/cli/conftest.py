"""The command `huimages`, run on a site of its own."""

from __future__ import annotations

import functools
import io
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from huimages_app.backends import Storage
from huimages_app.errors import RemovedImage
from huimages_app.factory import build_services
from huimages_app.services.container import Services
from huimages_app.services.image_patch import ImagePatch
from huimages_app.services.uploads import Uploads
from tests.support import commands
from tests.support.commands import Ran
from tests.support.pictures import photo
from tests.support.services import add, ini_in, settings_in, storage_in

from .prepared_tree import prepared, tree

__all__ = ["prepared", "tree"]

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
    """Run the command on that site, in this process."""
    return functools.partial(commands.huimages, site / "site.ini")


@pytest.fixture
def storage(site: Path) -> Iterator[Storage]:
    """The storage of the services."""
    with storage_in(site) as storage:
        yield storage


@pytest.fixture
def services(site: Path, storage: Storage) -> Iterator[Services]:
    """The services of that site, to inspect it without the command."""
    services = build_services(settings_in(site), storage)
    yield services
    services.close()


@pytest.fixture
def image(services: Services) -> str:
    """An image with titles, a focal point, annotations and references."""
    image_id = add(
        services,
        photo(60, 40),
        title="Old",
        filename="bike.jpg",
        tags=["red"],
        references={"artnr": ["1", "2"]},
    ).image.id
    services.editing.update(image_id, ImagePatch(title='A "<bike>"'))
    services.editing.update(image_id, ImagePatch(focus=(0.3, 0.7)))
    services.annotations.rate(image_id, "vera", 7)
    return image_id


@pytest.fixture
def images(services: Services) -> list[str]:
    """The IDs of three images."""
    return [add(services, photo(60, 40, seed=seed)).image.id for seed in range(3)]


def removed(services: Services, id_: str) -> bool:
    """Return whether the image has been removed for good."""
    try:
        services.images.get_any(id_)
    except RemovedImage:
        return True
    return False


class Terminal(io.StringIO):
    """Standard input of a terminal."""

    def isatty(self) -> bool:
        return True


def fail_for(monkeypatch: pytest.MonkeyPatch, path: Path) -> None:
    """Make the upload of one file fail like a bug in a decoder; all other uploads work."""
    upload = Uploads.add

    def add(self: Uploads, file: Any, *arguments: Any, **options: Any) -> Any:
        if file.name == str(path):
            raise OverflowError("offset 2^63")
        return upload(self, file, *arguments, **options)

    monkeypatch.setattr(Uploads, "add", add)
