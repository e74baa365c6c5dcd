"""`client` and `remote` list and dismiss the same duplicates."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

from huimages_app import client, remote
from huimages_app.domain.models import Count
from huimages_app.errors import BadImageId, BadInput, UnknownImage
from tests.support import pictures
from tests.support.libraries import libraries
from tests.support.services import add
from tests.support.site import CLOSED, Site


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    """A site that both `client` and `remote` use."""
    site = Site(tmp_path, **CLOSED)
    with libraries(site, "read", "edit"):
        yield site
    site.close()


@pytest.mark.parametrize("module", [client, remote])
def test_library_lists_and_dismisses_duplicates(
    site: Site, module: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("huimages_app.remote.duplicates._LIMIT", 1)
    groups = []
    for seed in (1, 2):
        photo = pictures.pixels(600, 400, seed=seed)
        contents = [pictures.encoded(photo.resize(size)) for size in ((300, 200), (600, 400))]
        small, large = (add(site.services, content).image.id for content in contents)
        groups.insert(0, [large, small])
    assert module.get_duplicates() == groups
    assert module.count_duplicates() == Count(2)
    assert module.get_alike(groups[0][0]) == [groups[0][1]]
    module.dismiss_duplicates(groups[0])
    assert module.get_duplicates() == groups[1:]
    assert module.get_alike(groups[0][0]) == []
    module.undismiss_duplicates(groups[0])
    assert module.get_duplicates() == groups
    with pytest.raises(BadInput):
        module.undismiss_duplicates(groups[0][:1])
    with pytest.raises(BadInput):
        module.dismiss_duplicates(groups[0][:1])
    with pytest.raises(BadImageId):
        module.get_alike("x")
    with pytest.raises(UnknownImage):
        module.dismiss_duplicates([groups[0][0], "A" * 32 + "01"])
