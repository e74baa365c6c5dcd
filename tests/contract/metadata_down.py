"""Contract of unreachable backends: every method raises StorageUnavailable."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest

from huimages_app.domain.models import Annotation, Query
from huimages_app.errors import StorageUnavailable
from huimages_app.storage.interfaces import MetadataBackend

from .samples import an_id, an_image

QUESTIONS: dict[str, Callable[[MetadataBackend], object]] = {
    "get": lambda store: store.images.get(an_id(1)),
    "get_many": lambda store: store.images.get_many([an_id(1)]),
    "save": lambda store: store.images.save(an_id(1), lambda _: an_image(1)),
    "update": lambda store: store.images.update(an_id(1), lambda image: image),
    "remove": lambda store: store.images.remove(an_id(1)),
    "page": lambda store: store.search.page(Query(), 10),
    "page of a tag": lambda store: store.search.page(Query(tag="sea"), 10),
    "page of a text": lambda store: store.search.page(Query(text="sea"), 10),
    "page of the rated": lambda store: store.search.page(Query(order="rated"), 10),
    "neighbours": lambda store: store.search.neighbours(Query(), an_id(1)),
    "window": lambda store: store.search.window(Query(), an_id(1), 2, 2),
    "count_before": lambda store: store.search.count_before(Query(), an_id(1)),
    "articles": lambda store: store.search.articles("artnr", 10),
    "ending": lambda store: store.search.ending(date.min, date.max, 10),
    "random": lambda store: store.search.random(1),
    "count": lambda store: store.search.count(),
    "ids": lambda store: list(store.images.ids()),
    "changes": lambda store: store.search.changes(),
    "mark": lambda store: store.annotations.get(an_id(1), "vera"),
    "marks of images": lambda store: store.annotations.get_many([an_id(1)], "vera"),
    "marks": lambda store: store.annotations.of_image(an_id(1)),
    "save_mark": lambda store: store.annotations.save(
        an_id(1), "vera", lambda _: Annotation(rating=1)
    ),
    "marks_by": lambda store: list(store.annotations.by_visitor("vera")),
    "summaries": lambda store: store.annotations.summaries([an_id(1)]),
    "summary": lambda store: store.annotations.summary(an_id(1)),
    "tags": lambda store: store.search.tags(),
    "check": lambda store: store.check(),
}


class DownContract:
    @pytest.mark.parametrize("question", QUESTIONS)
    def test_unreachable_backend_raises_storage_unavailable(
        self, down: MetadataBackend, question: str
    ) -> None:
        with pytest.raises(StorageUnavailable):
            QUESTIONS[question](down)
        down.close()
