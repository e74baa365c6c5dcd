"""Requests of a page to the metadata store: their number does not depend on its pictures."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest
from webtest import TestApp

from huimages_app.app import make_app
from huimages_app.factory import build_services
from huimages_app.storage.interfaces import MetadataBackend
from tests.support.site import Site


class Counted:
    """A store that counts the calls of its methods in `calls`."""

    def __init__(self, store: Any, calls: Counter[str]) -> None:
        self._store = store
        self._calls = calls

    def __getattr__(self, name: str) -> Callable[..., Any]:
        self._calls[name] += 1
        return getattr(self._store, name)  # type: ignore[no-any-return]


def counted(metadata: MetadataBackend, calls: Counter[str]) -> Any:
    """Return the backend with counted calls of everything about images."""
    return SimpleNamespace(
        images=Counted(metadata.images, calls),
        search=Counted(metadata.search, calls),
        annotations=Counted(metadata.annotations, calls),
        documents=metadata.documents,
        reading=metadata.reading,
    )


@pytest.mark.parametrize("many", [1, 30])
def test_page_needs_few_storage_requests(site: Site, many: int) -> None:
    images = [
        site.add(seed, 12, 8, title="quay", tags=["sea", f"tag{seed}"]) for seed in range(many)
    ]
    calls: Counter[str] = Counter()
    storage = replace(site.storage, metadata=counted(site.storage.metadata, calls))
    services = build_services(site.settings, storage)
    browser = TestApp(make_app(site.settings, services))
    allowed = {
        "/": 8,  # 4 of them count the work lists
        "/image/": 1,
        "/image/?order=rated": 1,
        "/tag/": 2,
        "/tag/sea/": 2,
        "/search?q=quay": 1,
        "/favorites/": 0,
        "/trash/": 1,
        f"/image/{images[0].id}/?in=tag:sea": 6,
    }
    for path, most in allowed.items():
        calls.clear()
        browser.get(path)
        assert sum(calls.values()) <= most, (path, calls)
