"""What a page asks of the metadata store does not grow with the pictures on it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from webtest import TestApp

from huimages_app.app import make_app
from tests.support.site import Site


class Counted:
    """A store of metadata that counts what it is asked."""

    def __init__(self, metadata: Any) -> None:
        self._metadata = metadata
        self.asked: Counter[str] = Counter()

    def __getattr__(self, name: str) -> Callable[..., Any]:
        self.asked[name] += 1
        return getattr(self._metadata, name)  # type: ignore[no-any-return]


@pytest.mark.parametrize("many", [1, 30])
def test_a_page_takes_few_questions(site: Site, many: int) -> None:
    images = [
        site.add(seed, 12, 8, title="quay", tags=["sea", f"tag{seed}"]) for seed in range(many)
    ]
    counted = Counted(site.library.metadata)
    library = replace(site.library, metadata=counted)
    browser = TestApp(make_app(site.settings, library))
    allowed = {
        "/": 3,
        "/image/": 1,
        "/image/?order=rated": 1,
        "/tag/": 1,
        "/tag/sea/": 1,
        "/search?q=quay": 1,
        "/favorites/": 0,
        "/trash/": 1,
        f"/image/{images[0].id}/?in=tag:sea": 6,
    }
    for path, most in allowed.items():
        counted.asked.clear()
        browser.get(path)
        assert sum(counted.asked.values()) <= most, (path, counted.asked)
