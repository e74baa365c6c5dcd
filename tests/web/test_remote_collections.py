"""`remote` and `client` have the same collections."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

from huimages_app import client, remote
from huimages_app.client.collections import CollectionInfo
from huimages_app.errors import BadInput, EditConflict, UnknownCollection
from tests.support.libraries import libraries
from tests.support.site import CLOSED, Site

MISSING = "A" * 32 + "01"


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    """A site that both `client` and `remote` use."""
    site = Site(tmp_path, **CLOSED)
    with libraries(site, "read", "edit"):
        yield site
    site.close()


@pytest.mark.parametrize("module", [client, remote])
def test_library_makes_orders_and_removes_a_collection(site: Site, module: ModuleType) -> None:
    a, b, c = (site.add(seed).id for seed in range(3))
    name = module.add_collection("The sea", "Waves")
    assert module.get_collections() == [CollectionInfo(name, "The sea", "Waves", 0)]
    assert module.add_to_collection(name, [a, b, c, MISSING]) == [a, b, c]
    module.move_in_collection(name, c, before=a)
    module.move_in_collection(name, a)
    assert module.get_collection(name) == [c, b, a]
    module.move_in_collection(name, c, after=b)
    assert module.remove_from_collection(name, [c, MISSING]) == [c]
    assert module.get_collection(name) == [b, a]
    with pytest.raises(EditConflict):
        module.move_in_collection(name, a, before=c)
    with pytest.raises(BadInput):
        module.move_in_collection(name, c)
    module.remove_collection(name)
    for call in (
        lambda: module.get_collection(name),
        lambda: module.remove_collection(name),
        lambda: module.add_to_collection(name, [a]),
    ):
        with pytest.raises(UnknownCollection):
            call()


@pytest.mark.parametrize("module", [client, remote])
def test_library_reads_long_collections_and_lists(site: Site, module: ModuleType) -> None:
    """Longer than a page of the API."""
    services = site.services
    first = services.collections.add("first").id
    for number in range(201):
        services.collections.add(f"x{number:03}")
    assert [one.title for one in module.get_collections()][:2] == ["first", "x000"]
    assert len(module.get_collections()) == 202
    assert module.get_collection(first) == []
