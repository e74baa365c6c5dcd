"""`remote` and `client` find the same images, with the filters of the API."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from types import ModuleType

import pytest

from huimages_app import client, remote
from huimages_app.domain.models import Count
from huimages_app.domain.months import Month
from huimages_app.errors import BadInput
from tests.support.days import day, limit
from tests.support.libraries import libraries
from tests.support.site import CLOSED, Site


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    """A site that both `client` and `remote` use."""
    site = Site(tmp_path, **CLOSED)
    with libraries(site, "read", "edit"):
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
    facets = module.count_facets(tag="sun", shape="portrait")
    assert facets["shape", "panorama"] == facets["shape", "portrait"] == Count(1)
    assert facets["format", "jpeg"] == Count(1)
    assert facets["without", "title"] == facets["rating", "10"] == Count(0)
    assert client.count_facets() == remote.count_facets()
    for unusable in ({"shape": "round"}, {"size": "large"}, {"order": "place"}):
        with pytest.raises(BadInput):
            module.find_images(**unusable)


@pytest.mark.parametrize("module", [client, remote])
def test_library_enters_a_list_at_its_months(
    site: Site, module: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("huimages_app.client.local_finding._PAGE", 1)
    monkeypatch.setattr("huimages_app.remote.transport._PAGE", 1)
    ids = [
        site.add(month, tags=["sea"], timestamp=datetime(2024, month, 7, tzinfo=UTC)).id
        for month in (1, 2, 5)
    ]
    months = module.get_months(tag="sea")
    assert months == [Month(2024, 5), Month(2024, 2), Month(2024, 1)]
    assert module.get_months("oldest") == months[::-1]
    assert module.get_months("taken") == []
    assert module.find_images(at=str(months[1]), tag="sea") == ids[1::-1]
    assert module.find_images("oldest", at=str(months[1])) == ids[1:]
    assert module.find_images(at="2023") == []
    for unusable in (
        lambda: module.get_months("title"),
        lambda: module.find_images("title", at="2024"),
        lambda: module.find_images(at="soon"),
        lambda: module.count_facets(shape="round"),
    ):
        with pytest.raises(BadInput):
            unusable()


@pytest.mark.parametrize("module", [client, remote])
def test_library_counts_its_lists(site: Site, module: ModuleType) -> None:
    for count in (module.count_articles, module.count_collections, module.count_ending):
        assert count() == Count(0)
    image = site.add(1, references={"artnr": ["10106", "20202"], "ean": ["4"]})
    site.services.collections.add("The sea")
    limit(site.services, image, until=day(0))
    assert module.count_articles() == Count(2)
    assert module.count_articles("101") == Count(1)
    assert module.count_collections() == Count(1)
    assert module.count_ending() == module.count_ending(0) == Count(1)
    assert module.count_duplicates() == Count(0)
