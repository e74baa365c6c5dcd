"""A store that can't answer says so, in every method, and takes it for no absence."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from huimages_app.domain.models import Mark, Query
from huimages_app.errors import StoreDown
from huimages_app.storage.interfaces import Metadata

from .samples import an_id, an_image

QUESTIONS: dict[str, Callable[[Metadata], object]] = {
    "get": lambda store: store.get(an_id(1)),
    "get_many": lambda store: store.get_many([an_id(1)]),
    "save": lambda store: store.save(an_id(1), lambda _: an_image(1)),
    "update": lambda store: store.update(an_id(1), lambda image: image),
    "remove": lambda store: store.remove(an_id(1)),
    "page": lambda store: store.page(Query(), 10),
    "page of a tag": lambda store: store.page(Query(tag="sea"), 10),
    "page of a text": lambda store: store.page(Query(text="sea"), 10),
    "page of the rated": lambda store: store.page(Query(order="rated"), 10),
    "neighbours": lambda store: store.neighbours(Query(), an_id(1)),
    "random": lambda store: store.random(1),
    "count": lambda store: store.count(),
    "ids": lambda store: list(store.ids()),
    "changes": lambda store: store.changes(),
    "mark": lambda store: store.mark(an_id(1), "vera"),
    "marks": lambda store: store.marks(an_id(1)),
    "save_mark": lambda store: store.save_mark(an_id(1), "vera", lambda _: Mark(rating=1)),
    "marks_by": lambda store: list(store.marks_by("vera")),
    "summaries": lambda store: store.summaries([an_id(1)]),
    "summary": lambda store: store.summary(an_id(1)),
    "tags": lambda store: store.tags(),
    "check": lambda store: store.check(),
}


class DownContract:
    @pytest.mark.parametrize("question", QUESTIONS)
    def test_down(self, down: Metadata, question: str) -> None:
        with pytest.raises(StoreDown):
            QUESTIONS[question](down)
        down.close()
