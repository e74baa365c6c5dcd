"""Check a site after an upgrade of the data in `tests/upgrades`."""

from __future__ import annotations

from pathlib import Path

import pytest

from huimages_app.domain.models import Annotation, Query
from huimages_app.errors import RemovedImage
from huimages_app.storage.interfaces import MetadataBackend
from tests.contract.samples import FULL, START, an_id, annotate, ids_of

FOLDER = Path(__file__).parents[1] / "upgrades"


def require_upgraded(store: MetadataBackend) -> None:
    """Fail unless all data is there, and can be found and changed."""
    assert store.images.get(FULL.id) == FULL
    assert store.annotations.of_image(FULL.id) == {
        "paul": Annotation(("sea",), rating=3),
        "vera": Annotation(("sea", "gull"), favorite=True, rating=8),
    }
    assert store.images.get(an_id(3)).trashed == START
    with pytest.raises(RemovedImage):
        store.images.get(an_id(9))
    assert store.search.count() == 3
    found = [
        (Query(order="oldest"), [an_id(1), an_id(2), an_id(4)]),
        (Query(order="rated"), [an_id(1)]),
        (Query(text="strand"), [an_id(1)]),
        (Query(text="turm"), [an_id(2)]),  # inside a word
        (Query(tag="gull"), [an_id(1)]),
        (Query(references=(("artnr", "10107"),)), [an_id(1)]),
        (Query(trashed=True), [an_id(3)]),
    ]
    for query, images in found:
        assert ids_of(store.search.page(query, 9)) == images, query
    assert store.search.tags() == [("sea", 2), ("gull", 1)]
    annotate(store, an_id(2), "vera", tags=("sea",), rating=10)
    assert store.search.tags() == [("sea", 3), ("gull", 1)]
    assert ids_of(store.search.page(Query(order="rated"), 9)) == [an_id(2), an_id(1)]
    store.documents.save("account", "paul", lambda _: {"role": "viewer"})
    assert store.documents.get("account", "paul") == {"role": "viewer"}
