"""The work lists of the start page: what editors may want to mend, and how much of it there is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from pyramid.i18n import TranslationString
from pyramid.request import Request

from ...domain.models import Count, Query
from ...services.permissions import EDIT
from .counts import short_count
from .endings import USUAL_DAYS
from .i18n import _

# The values of the filter `without`, most needed first.
_MISSING = {
    "title": _("Without title"),
    "alt": _("Without alternative text"),
    "tags": _("Without tags"),
    "artnr": _("Without article number"),
}


@dataclass(frozen=True)
class WorkList:
    """A link to a list, and the number of its images; "1,000+" where it is not exact."""

    title: TranslationString
    href: str
    count: str


def work_lists(request: Request) -> list[WorkList]:
    """Return the lists that have images; none for clients who may not edit.

    CouchDB gets four requests; no store reads more than 1000 rows.
    """
    return list(_lists(request)) if request.site.may(EDIT) else []


def _lists(request: Request) -> Iterator[WorkList]:
    site = request.site
    for title, href, count in _counted(request):
        if count.number:
            yield WorkList(title, href, short_count(count, site))


def _counted(request: Request) -> Iterator[tuple[TranslationString, str, Count]]:
    images, site = request.services.images, request.site
    sizes = images.facet_sizes("without")
    for name, title in _MISSING.items():
        yield title, site.path("image", without=name), Count(sizes.get(name, 0))
    yield _("Duplicates"), site.path("duplicates"), request.services.duplicates.count()
    soon = request.services.showing.coming_days(USUAL_DAYS)
    yield _("Rights that end soon"), site.path("ending"), images.count_ending(*soon)
    yield _("In the trash"), site.path("trash"), images.count_of(Query(trashed=True))
