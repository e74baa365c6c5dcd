from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from pathlib import Path

import pytest
from webtest import TestApp

from tests.support.openapi import Api
from tests.support.sign_in import closed
from tests.support.site import Site

__all__ = ["closed"]


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    site = Site(tmp_path)
    yield site
    site.close()


@pytest.fixture
def browser(site: Site) -> TestApp:
    """A visitor of the site, who speaks English."""
    return site.browser()


@pytest.fixture
def api(site: Site) -> Api:
    return Api(site.app)


@pytest.fixture
def open_site() -> Iterator[Callable[..., Site]]:
    """Open sites that are closed at the end of the test: with the arguments of `Site`."""
    with ExitStack() as opened:
        yield lambda folder, **ini: opened.enter_context(closing(Site(folder, **ini)))
