from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from webtest import TestApp

from tests.support.s3 import S3Server, s3_server
from tests.support.site import Site


@pytest.fixture(scope="session")
def s3_store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[S3Server]:
    """An S3 store that is there for the whole run."""
    with s3_server(tmp_path_factory.mktemp("s3")) as server:
        yield server


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    site = Site(tmp_path)
    yield site
    site.library.close()


@pytest.fixture
def browser(site: Site) -> TestApp:
    """A visitor of the site, who speaks English."""
    return site.browser()
