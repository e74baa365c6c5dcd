"""The store of records, which writes the history of each image with every change."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import replace
from datetime import UTC, datetime

from ..domain.history import Change, extended
from ..domain.image_fields import fields_of
from ..domain.models import Image
from . import audit
from .image_layer import ImageLayer

_undone: ContextVar[str] = ContextVar("undone", default="")


class RecordedImages(ImageLayer):
    """Forwards all calls; a changed field of a record becomes part of the same write.

    The actor is that of the audit log.
    """

    def save(self, image_id: str, change: Callable[[Image | None], Image]) -> Image:
        def recorded(image: Image | None) -> Image:
            new = change(image)
            return new if image is None or new == image else _recorded(image, new)

        return self._images.save(image_id, recorded)


@contextmanager
def taking_back(change_id: str) -> Iterator[None]:
    """Record that the changes inside take back another one."""
    token = _undone.set(change_id)
    try:
        yield
    finally:
        _undone.reset(token)


def new_change(field: str, before: object, after: object, visitors: Iterable[str] = ()) -> Change:
    """Return a change of one field, made now by the actor of the audit log."""
    return Change(
        secrets.token_hex(6),
        datetime.now(UTC),
        field,
        before,
        after,
        by=audit.author(),
        job=audit.job(),
        undoes=_undone.get(),
        visitors=tuple(visitors),
    )


def _recorded(old: Image, new: Image) -> Image:
    before, after = fields_of(old), fields_of(new)
    changes = [
        new_change(name, before.get(name), after.get(name))
        for name in dict.fromkeys([*before, *after])
        if before.get(name) != after.get(name)
    ]
    return replace(new, history=extended(new.history, changes)) if changes else new
