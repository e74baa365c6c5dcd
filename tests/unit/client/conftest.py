"""A site for the Python library."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

import huimages
from huimages_app.backends import Storage
from huimages_app.client.process import services_of_process
from huimages_app.domain.ids import image_id
from huimages_app.services.container import Services
from tests.support.pictures import photo
from tests.support.services import ini_in, storage_in

PHOTO = photo(400, 300)


ID = image_id(PHOTO)


@pytest.fixture
def services(tmp_path: Path) -> Iterator[Services]:
    """The services of this process, on a site of its own."""
    huimages.configure(ini_in(tmp_path, image_url="http://images.example", alt_addition="- Shop"))
    yield services_of_process()
    huimages.configure(None)


@pytest.fixture
def storage(tmp_path: Path) -> Iterator[Storage]:
    """The storage of that site."""
    with storage_in(tmp_path) as storage:
        yield storage


@pytest.fixture
def saved(services: Services) -> str:
    return huimages.save_image(PHOTO, title="Bike")
