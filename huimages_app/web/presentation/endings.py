"""The images whose rights end soon, or have ended, on their page."""

from __future__ import annotations

from dataclasses import dataclass

from pyramid.request import Request

from ...domain.models import Page
from .grids import GridItem, artnr_text, thumb_of

PER_PAGE = 60
DAYS = (7, 30, 90, 365)
USUAL_DAYS = 30


@dataclass(frozen=True)
class Ending:
    """An image whose rights end: its picture, the last day in words, article numbers."""

    picture: GridItem
    last_day: str
    article_numbers: str


@dataclass(frozen=True)
class Choice:
    """A link to the same list for other days."""

    text: str
    href: str
    is_current: bool


def endings_of(page: Page, request: Request) -> list[Ending]:
    """Return the images of a page of the list."""
    site = request.site
    endings = []
    for image in page.images:
        last = image.rights.validity.last
        picture = thumb_of(image, site.path("image", image.id), request)
        endings.append(Ending(picture, site.date(last) if last else "", artnr_text(image)))
    return endings


def choices_of(days: int, request: Request, *, ended: bool) -> list[Choice]:
    """Return the links to the lists."""
    site = request.site
    return [
        Choice(
            site.counted("${count} day", "${count} days", number),
            site.path("ending", days=str(number)),
            number == days and not ended,
        )
        for number in DAYS
    ]
