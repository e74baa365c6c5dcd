"""Collections of images to browse, and their names in URLs."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field, replace
from math import log
from typing import Literal, get_args

from pyramid.i18n import TranslationString
from pyramid.request import Request

from ...domain.models import Neighbours, Page, Query, Window
from ...domain.periods import Period
from ...domain.tags import MAX_LENGTH
from ...domain.text import clean, clean_tag
from ...errors import BadInput
from .i18n import _
from .site import Site

# They fill several screens, and the page remains a small document.
PER_PAGE = 60

Kind = Literal["newest", "oldest", "rated", "taken", "tag", "search", "favorites", "collection"]
_WITH_VALUE = {"tag", "search", "collection"}


@dataclass(frozen=True)
class Collection:
    """A collection of images.

    `value` is the tag, the search text, the ID of a stored collection, or the period of taking;
    `spelling` is the tag as it is shown.
    """

    kind: Kind = "newest"
    value: str = ""
    spelling: str = field(default="", compare=False)

    @classmethod
    def parse(cls, text: str) -> Collection:
        """Parse the result of `key`; return all images, newest first, for any other text."""
        kind, _colon, value = text.partition(":")
        if kind == "taken":
            with suppress(BadInput):
                return taken_in(value)
        if kind not in get_args(Kind) or bool(value) != (kind in _WITH_VALUE):
            return cls()
        if kind == "tag":
            return tagged(value)
        if kind == "collection":
            return cls("collection", value[:20])
        return searched(value) if kind == "search" else cls(kind)  # type: ignore[arg-type]

    @property
    def key(self) -> str:
        """Name of this collection in a URL (`?in=tag:sea`); empty for all images, newest first."""
        if self.value:
            return f"{self.kind}:{self.value}"
        return "" if self.kind == "newest" else self.kind

    @property
    def period(self) -> Period:
        """The days of taking; without bounds in all other kinds."""
        return Period.parse(self.value if self.kind == "taken" else "")

    @property
    def title(self) -> TranslationString:
        """Heading of its page."""
        if self.kind == "tag":
            return _("Tagged “${tag}”", mapping={"tag": self.spelling or self.value})
        if self.kind == "collection":
            return _("Collection")
        if self.kind == "search" and not self.value:
            return _("Search pictures")
        if self.kind == "search":
            return _("Search results for “${text}”", mapping={"text": self.value})
        if self.kind == "favorites":
            return _("My favourites")
        return _("All pictures")

    def path(self, site: Site, cursor: str | None = None) -> str:
        """Return the path of its page."""
        if self.kind == "tag":
            return site.tag_path(self.value, cursor=cursor)
        if self.kind == "search":
            return site.view_path("search", q=self.value, cursor=cursor)
        if self.kind == "favorites":
            return site.path("favorites", cursor=cursor)
        if self.kind == "collection":
            return site.path("collection", self.value, cursor=cursor)
        order = None if self.kind == "newest" else self.kind
        return site.path("image", order=order, taken=self.value, cursor=cursor)

    def feed_path(self, site: Site, cursor: str | None = None) -> str:
        """Return the path of its feed; empty if it has none, as the favourites of a visitor."""
        if self.kind == "tag":
            if site.is_path_part(self.value):
                return site.view_path("tag", self.value, "feed.atom", cursor=cursor)
            return site.view_path("feed.atom", tag=self.value, cursor=cursor)
        if self.kind in {"newest", "search"}:
            return site.view_path("feed.atom", q=self.value, cursor=cursor)
        return ""

    def query(self, visitor_id: str) -> Query | None:
        """Return the query for storage; None if the collection is certainly empty."""
        if self.kind == "tag":
            return Query(tag=self.value)
        if self.kind == "search":
            return Query(text=self.value) if self.value else None
        if self.kind == "favorites":
            # A visitor without an ID has no favourites.
            return Query(favorite_of=visitor_id) if visitor_id else None
        if self.kind == "collection":
            return Query(collection=self.value, order="place")
        period = self.period
        return Query(order=self.kind, taken_from=period.start, taken_before=period.end)


def tagged(text: str) -> Collection:
    """Return the images with a tag, given in any case and Unicode form."""
    # Longer than any tag by one, so that it matches none; URLs in the page repeat it.
    return Collection("tag", clean_tag(text)[: MAX_LENGTH + 1])


def spelled(collection: Collection, request: Request) -> Collection:
    """Return a collection of a tag with the spelling to show."""
    tag = collection.value
    return replace(collection, spelling=request.services.images.spellings([tag]).get(tag, ""))


def taken_in(text: str) -> Collection:
    """Return the images taken in a period, latest first; all of them without a period.

    Raises BadInput.
    """
    Period.parse(text)
    return Collection("taken", text if text.strip(". ") else "")


def searched(text: str) -> Collection:
    """Return the images that match the words of `text`."""
    return Collection("search", clean(text)[:200])


def page_of(collection: Collection, request: Request) -> Page:
    """Return the first page of the collection, or the one at `?cursor=`.  Raises BadCursor."""
    query = collection.query(request.visitor_id)
    if query is None:
        return Page(())
    cursor = request.GET.get("cursor") or None
    return request.services.images.page(query, PER_PAGE, cursor)


def neighbours_in(collection: Collection, image_id: str, request: Request) -> Neighbours:
    """Return the neighbours of an image in the collection."""
    query = collection.query(request.visitor_id)
    if query is None:
        return Neighbours()
    return request.services.images.neighbours(query, image_id)


def window_in(collection: Collection, image_id: str, reach: int, request: Request) -> Window:
    """Return the images before and after one in the collection, at most `reach` of each."""
    query = collection.query(request.visitor_id)
    if query is None:
        return Window()
    window: Window = request.services.images.window(query, image_id, reach, reach)
    return window


@dataclass(frozen=True)
class CloudTag:
    """A tag in the cloud, as it is shown; `weight` is 0 (rare) to 6 (the most used)."""

    name: str
    count: int
    weight: int
    href: str


def cloud(request: Request, limit: int, prefix: str = "") -> list[CloudTag]:
    """Return the most used tags in alphabetical order, weighted by the logarithm of counts."""
    images, site = request.services.images, request.site
    tags = sorted(images.tags(prefix, limit))
    spellings = images.spellings([tag for tag, _count in tags])
    counts = [count for _tag, count in tags]
    low, high = log(min(counts, default=1)), log(max(counts, default=1))
    step = 6 / (high - low) if high > low else 0
    return [
        CloudTag(
            spellings.get(tag, tag),
            count,
            round((log(count) - low) * step),
            site.tag_path(tag),
        )
        for tag, count in tags
    ]
