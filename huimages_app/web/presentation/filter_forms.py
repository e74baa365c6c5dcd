"""The filters of a list as a page shows them: fields of a form, links that remove one, orders."""

from __future__ import annotations

from dataclasses import dataclass

from pyramid.i18n import TranslationString

from ...domain.facet_counts import RATINGS, FacetCounts
from ...domain.filters import FILTERS, MAX_DAYS, MAX_PIXELS, Filter
from ...domain.periods import Period
from .counts import short_count
from .dates import dates_path
from .i18n import _
from .image_lists import ImageList
from .site import Site

_LABELS = {
    "q": _("Words"),
    "tag": _("Tag"),
    "artnr": _("Article number"),
    "type": _("Type"),
    "format": _("Format"),
    "shape": _("Shape"),
    "larger": _("Longer side at least"),
    "smaller": _("Longer side below"),
    "uploaded": _("Added"),
    "taken": _("Taken"),
    "rating": _("Rating at least"),
    "by": _("Uploaded by"),
    "without": _("Without"),
    "ends": _("Rights end within so many days"),
}
_CHOICES = {
    "landscape": _("landscape"),
    "portrait": _("portrait"),
    "square": _("square"),
    "panorama": _("panorama"),
    "title": _("title"),
    "alt": _("alternative text"),
    "tags": _("tags"),
    "artnr": _("article number"),
}
_ORDERS = {
    "newest": _("Newest"),
    "oldest": _("Oldest"),
    "taken": _("Time taken"),
    "title": _("Title"),
    "rated": _("Best rated"),
    "place": _("Order of the article"),
}
_NOT_IN_FORMS = {"words", "time", "batch"}
_BOUNDS = {"pixels": (1, MAX_PIXELS), "days": (0, MAX_DAYS)}


@dataclass(frozen=True)
class Choice:
    """One value of a field."""

    value: str
    label: str
    is_chosen: bool
    count: str = ""  # of images with it; "12+" where there may be more, empty if it is not known

    @property
    def text(self) -> str:
        """Label and number."""
        return f"{self.label} ({self.count})" if self.count else self.label


@dataclass(frozen=True)
class FilterField:
    """A field of the form; `kind` is that of the filter.  A period has two values."""

    name: str
    label: TranslationString
    kind: str
    values: list[str]
    choices: list[Choice]
    is_repeatable: bool

    @property
    def bounds(self) -> tuple[int, int] | None:
        """The least and the largest number; None for values that are no numbers."""
        return _BOUNDS.get(self.kind)

    @property
    def inputs(self) -> list[str]:
        """Values of the text inputs; the last one is empty if a further value can be added."""
        return [*self.values, ""] if self.is_repeatable or not self.values else self.values


@dataclass(frozen=True)
class Link:
    """A link to the list with another order, or without one filter."""

    label: str
    href: str
    is_current: bool = False


@dataclass(frozen=True)
class FilterForm:
    """The filters of a page.

    `action` and `hidden` make the URL that the form is sent to; `chips` remove one filter each.
    `dates` is the path of the months to jump to; empty in orders without times.
    """

    action: str
    hidden: list[tuple[str, str]]
    fields: list[FilterField]
    chips: list[Link]
    clear: str
    orders: list[Link]
    dates: str

    @classmethod
    def of(cls, collection: ImageList, site: Site, counts: FacetCounts | None = None) -> FilterForm:
        """Return the filters of a list, with the numbers of images that are known."""
        shown = {one.name for one in _shown_filters()}
        kept = [(name, value) for name, value in collection.filters if name not in shown]
        base = [("q", collection.value)] if collection.kind == "search" else []
        if collection.kind == "tag" and not site.is_path_part(collection.value):
            base = [("name", collection.value)]
        order = [("order", collection.order)] if collection.order else []
        return cls(
            action=collection.unfiltered.path(site).partition("?")[0],
            hidden=[*base, *order, *kept],
            fields=[_field(one, collection, site, counts or {}) for one in _shown_filters()],
            chips=[
                Link(filter_text(name, value, site), collection.without((name, value)).path(site))
                for name, value in collection.filters
            ],
            clear=collection.unfiltered.path(site),
            orders=[
                Link(
                    order_text(order, site),
                    collection.ordered(order).path(site),
                    order == (collection.order or "newest"),
                )
                for order in collection.orders
            ],
            dates=dates_path(collection, site),
        )


def _shown_filters() -> list[Filter]:
    """Return the filters of forms: those with one field first, so that rows are of one height."""
    shown = [one for one in FILTERS if one.kind not in _NOT_IN_FORMS]
    return sorted(shown, key=_has_many_fields)


def _has_many_fields(one: Filter) -> bool:
    return one.kind == "period" or (one.kind == "choice" and one.is_repeatable)


def _field(one: Filter, collection: ImageList, site: Site, counts: FacetCounts) -> FilterField:
    values = [value for name, value in collection.filters if name == one.name]
    if one.kind == "period":
        period = Period.parse(values[0] if values else "")
        values = [period.first_day, period.last_day]
    choices = list(one.choices)
    if one.kind == "rating":
        choices = sorted({*RATINGS, *values}, key=float)
    return FilterField(
        one.name,
        _LABELS[one.name],
        one.kind,
        values,
        [
            Choice(
                choice,
                _choice(one.kind, choice, site),
                choice in values,
                short_count(counts.get((one.name, choice)), site),
            )
            for choice in choices
        ],
        one.is_repeatable,
    )


def _choice(kind: str, value: str, site: Site) -> str:
    if kind == "rating":
        return site.stars(round(float(value)))
    known = _CHOICES.get(value)
    return site.translate(known) if known else value.upper()


def order_text(order: str, site: Site) -> str:
    """Return an order in words."""
    return site.translate(_ORDERS[order])


def filter_text(name: str, value: str, site: Site) -> str:
    """Return a filter in words."""
    one = next((one for one in FILTERS if one.name == name), None)
    label = site.translate(_LABELS[name]) if name in _LABELS else name
    if one and one.kind == "batch":
        return site.translate(_("Uploaded together"))
    if one and one.kind == "days":
        return site.counted(
            "Rights end within ${count} day", "Rights end within ${count} days", int(value)
        )
    if one and one.kind in {"choice", "rating"}:
        value = _choice(one.kind, value, site)
    return f"{label}: {value}"
