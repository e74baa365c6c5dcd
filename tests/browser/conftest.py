"""A site behind waitress, and visitors with browsers."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from huimages_app.domain.models import Image
from tests.support.chromium import Person
from tests.support.processes import unmeasured_processes
from tests.support.served import RunningSite, add_crowd, filled, served

__all__ = ["unmeasured_processes"]


@pytest.fixture(scope="session")
def stock(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Image]]:
    """A folder with the pictures of every site, and the photographs among them."""
    folder = tmp_path_factory.mktemp("stock")
    return folder, filled(folder)


@pytest.fixture(scope="module")
def site(
    stock: tuple[Path, dict[str, Image]], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[RunningSite]:
    """A site for the tests of one file."""
    folder, images = stock
    own = tmp_path_factory.mktemp("site")
    shutil.copytree(folder, own, dirs_exist_ok=True)
    with served(own, images) as site:
        yield site


@pytest.fixture(scope="module")
def crowd(site: RunningSite) -> None:
    """Enough pictures for a second page."""
    add_crowd(site.settings, 50)


@pytest.fixture
def person(real_browser: Browser, site: RunningSite) -> Iterator[Callable[..., Person]]:
    """Create visitors, with the options of a browser's context: `person(locale="de-DE")`.

    `url` is that of another site.
    The test fails for every complaint of their browsers that it does not expect.
    """
    people: list[Person] = []

    def come(url: str = site.url, **options: Any) -> Person:
        people.append(Person(real_browser, url, **options))
        return people[-1]

    yield come
    for who in people:
        who.close()


@pytest.fixture
def vera(person: Callable[..., Person]) -> Person:
    """An English-speaking visitor with a wide window."""
    return person()


@pytest.fixture
def page(vera: Person) -> Page:
    """The page of `vera`."""
    return vera.page


@pytest.fixture
def path(site: RunningSite) -> str:
    """The path of the page of one image."""
    return f"/image/{site.images['rocket'].id}/"


# Before pytest selects tests by their marks.
@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark tests of a browser as slow, and repeat a failed one once.

    Its clicks race with scripts of the page; the summary counts and names repeated tests.
    """
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.slow)
            item.add_marker(pytest.mark.flaky(reruns=1))
