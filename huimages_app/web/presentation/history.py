"""The history of an image for its page: labels of fields, and values as people read them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from pyramid.request import Request

from ...domain.history import TAGS, Change, History, Value
from ...domain.image_fields import TRASHED
from .form_fields import percent_text
from .i18n import _
from .rights import LABELS, origin_name
from .site import Site

SHOWN = 8  # changes in the section of the image page

_LABELS = {
    "title": _("Title"),
    "alt": _("Alternative text"),
    "types": _("Types"),
    "focus": _("Focal point"),
    "corrected_content": _("Content box"),
    "taken": _("Taken"),
    "created": _("Added"),
    TRASHED: _("In the trash"),
    TAGS: _("Tags"),
}
_POINTS = {"focus", "corrected_content"}
_TIMES = {"taken", "created"}


@dataclass(frozen=True)
class HistoryRow:
    """A change to show; `is_undone` if it was taken back, `is_undoing` if it took one back."""

    id: str
    at: datetime
    by: str
    job: str
    label: str
    before: str
    after: str
    is_undone: bool
    is_undoing: bool


@dataclass(frozen=True)
class ShownHistory:
    """The newest changes, and how many there are."""

    rows: list[HistoryRow]
    count: int


def history_of(history: History, request: Request, limit: int | None = None) -> ShownHistory:
    """Return at most `limit` changes, the newest first."""
    undone = {change.undoes for change in history}
    rows = [
        HistoryRow(
            change.id,
            change.at,
            change.by,
            change.job,
            label_of(change.field, request.site),
            text_of(change.field, change.before, request),
            text_of(change.field, change.after, request),
            change.id in undone,
            bool(change.undoes),
        )
        for change in reversed(history)
    ]
    return ShownHistory(rows[:limit], len(history))


def label_of(field: str, site: Site) -> str:
    """Return the name of a field for people."""
    kind, _dot, key = field.partition(".")
    if kind == "references":
        return site.reference_name(key)
    if kind == "rights" and key in LABELS:
        return site.translate(LABELS[key])
    if kind == "places":
        reference, _slash, number = key.partition("/")
        place = _("Place in ${article}", mapping={"article": number})
        return site.translate(place) if reference else field
    return site.translate(_LABELS[field]) if field in _LABELS else field


def text_of(field: str, value: Value, request: Request) -> str:
    """Return a value for people; empty for none."""
    site: Site = request.site
    if value is None:
        return ""
    if field in _POINTS:
        return f"{percent_text(value)} %"
    if field in _TIMES:
        return site.moment(datetime.fromisoformat(value).astimezone(UTC))
    if field == "rights.source_type":
        return origin_name(value, request)
    if field == TRASHED:
        return site.translate(_("yes"))
    if isinstance(value, dict):
        parts = (site.role_name(value.get("role") or ""), _position(value.get("at")))
        return ", ".join(filter(None, parts))
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def last_change(history: History, field: str) -> Change | None:
    """Return the last change of a field, or of fields whose names begin with `field` and a dot."""
    for change in reversed(history):
        if change.field == field or change.field.startswith(f"{field}."):
            return change
    return None


def _position(at: float | None) -> str:
    return "" if at is None else f"{at:g}"
