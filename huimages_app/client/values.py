"""The values that functions of the library take and return."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any


@dataclass(frozen=True)
class Details:
    """Metadata that a caller adds to an image; empty values change nothing."""

    title: str = ""
    references: Mapping[str, tuple[str, ...]] | None = None
    type: str = ""
    timestamp: datetime | None = None
    filename: str = ""


@dataclass(frozen=True)
class RenditionInfo:
    """URL, width, height and alternative text of a rendition."""

    url: str
    width: int
    height: int
    alt: str


@dataclass(frozen=True)
class ImageChange:
    """A change of one field of an image; `before` and `after` are JSON values, None for none.

    `by` is the account, token or program, empty for a visitor.
    """

    id: str
    at: datetime
    by: str
    field: str
    before: Any
    after: Any


@dataclass(frozen=True)
class JobInfo:
    """The progress of a job: of `total` images, `done` were processed.

    `state` is collecting, running, done, cancelled, failed, undoing or undone; `kept` counts
    fields that undoing left as they are.
    """

    id: str
    state: str
    total: int
    done: int
    changed: int
    skipped: int
    kept: int


@dataclass(frozen=True)
class ArticleImage:
    """An image of an article; `at` is its position; None: after all others."""

    id: str
    at: float | None
    role: str


@dataclass(frozen=True)
class EndingImage:
    """An image whose rights end; `until` is the last day on which it may be shown."""

    id: str
    until: date
