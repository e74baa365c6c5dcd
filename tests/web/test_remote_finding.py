"""`remote` and `client` find the same images, with the filters of the API."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

from huimages_app import client, remote
from huimages_app.domain.models import Count
from huimages_app.errors import BadInput
from tests.support.libraries import libraries
from tests.support.site import CLOSED, Site


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    """A site that both `client` and `remote` use."""
    site = Site(tmp_path, **CLOSED)
    with libraries(site, "read"):
        yield site
    site.close()


@pytest.mark.parametrize("module", [client, remote])
def test_libraries_find_and_count_the_same_images(
    site: Site, module: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("huimages_app.client.local_finding._PAGE", 1)
    monkeypatch.setattr("huimages_app.remote.transport._PAGE", 1)
    wide = site.add(1, 60, 20, title="b", tags=["sea", "sun"]).id
    tall = site.add(2, 20, 60, title="a", tags=["sea", "sun"]).id
    other = site.add(3, 20, 60, title="c", tags=["sea"]).id
    assert module.find_images() == [other, tall, wide]
    assert module.find_images(tag=["sea", "sun"], order="title") == [tall, wide]
    assert module.find_images(limit=2, order="oldest") == [wide, tall]
    assert module.find_images(shape="portrait", q="sun") == [tall]
    assert module.count_images(tag="sea", without=["alt", "artnr"]) == Count(3)
    assert module.count_images(shape="square") == Count(0)
    for unusable in ({"shape": "round"}, {"size": "large"}, {"order": "place"}):
        with pytest.raises(BadInput):
            module.find_images(**unusable)
