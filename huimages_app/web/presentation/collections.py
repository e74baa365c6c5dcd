"""Collections of pictures that people walk through: which there are, how URLs name them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from math import log
from typing import Literal, get_args

from pyramid.i18n import TranslationString
from pyramid.request import Request

from ...domain.models import Neighbours, Page, Query, Window
from ...domain.tags import MAX_LENGTH
from ...domain.text import clean, clean_tag
from .i18n import _
from .site import Site

# So many fill several screens, and a page of them still is a small document.
PER_PAGE = 60

Kind = Literal["newest", "oldest", "rated", "tag", "search", "favorites"]
_WITH_VALUE = {"tag", "search"}


@dataclass(frozen=True)
class Collection:
    """A collection as a person names it: `value` is the tag, or the words searched for."""

    kind: Kind = "newest"
    value: str = ""

    @classmethod
    def parse(cls, text: str) -> Collection:
        """What `key` made; all pictures, newest first, if `text` is nothing of that kind."""
        kind, _colon, value = text.partition(":")
        if kind not in get_args(Kind) or bool(value) != (kind in _WITH_VALUE):
            return cls()
        if kind == "tag":
            return tagged(value)
        return searched(value) if kind == "search" else cls(kind)  # type: ignore[arg-type]

    @property
    def key(self) -> str:
        """How a URL names this collection (`?in=tag:sea`); empty for the usual one."""
        if self.value:
            return f"{self.kind}:{self.value}"
        return "" if self.kind == "newest" else self.kind

    @property
    def title(self) -> TranslationString:
        """Its name, for people."""
        if self.kind == "tag":
            return _("Tagged “${tag}”", mapping={"tag": self.value})
        if self.kind == "search" and not self.value:
            return _("Search pictures")
        if self.kind == "search":
            return _("Search results for “${text}”", mapping={"text": self.value})
        if self.kind == "favorites":
            return _("My favourites")
        return _("All pictures")

    def path(self, site: Site, cursor: str | None = None) -> str:
        """Where it is shown."""
        if self.kind == "tag":
            return site.tag_path(self.value, cursor=cursor)
        if self.kind == "search":
            return site.view_path("search", q=self.value, cursor=cursor)
        if self.kind == "favorites":
            return site.path("favorites", cursor=cursor)
        order = None if self.kind == "newest" else self.kind
        return site.path("image", order=order, cursor=cursor)

    def feed_path(self, site: Site, cursor: str | None = None) -> str:
        """Where its feed is; empty for what has none, as one's own favourites."""
        if self.kind == "tag":
            if site.is_path_part(self.value):
                return site.view_path("tag", self.value, "feed.atom", cursor=cursor)
            return site.view_path("feed.atom", tag=self.value, cursor=cursor)
        if self.kind in {"newest", "search"}:
            return site.view_path("feed.atom", q=self.value, cursor=cursor)
        return ""

    def query(self, visitor_id: str) -> Query | None:
        """What to ask the store; None if nothing can be in it."""
        if self.kind == "tag":
            return Query(tag=self.value)
        if self.kind == "search":
            return Query(text=self.value) if self.value else None
        if self.kind == "favorites":
            # Somebody for whom nothing is stored yet has no favourites.
            return Query(favorite_of=visitor_id) if visitor_id else None
        return Query(order=self.kind)


def tagged(text: str) -> Collection:
    """The images with a tag, which may be written in any case and Unicode form."""
    # One character more than any tag has: the URL of a redirect repeats it.
    return Collection("tag", clean_tag(text)[: MAX_LENGTH + 1])


def searched(text: str) -> Collection:
    """The images that match the words of `text`."""
    return Collection("search", clean(text)[:200])


def page_of(collection: Collection, request: Request) -> Page:
    """A piece of the collection: its first one, or the one at `?cursor=`.  Raises BadCursor."""
    query = collection.query(request.visitor_id)
    if query is None:
        return Page(())
    cursor = request.GET.get("cursor") or None
    return request.services.images.page(query, PER_PAGE, cursor)


def neighbours_in(collection: Collection, image_id: str, request: Request) -> Neighbours:
    """Who stands beside a picture in the collection."""
    query = collection.query(request.visitor_id)
    if query is None:
        return Neighbours()
    return request.services.images.neighbours(query, image_id)


def window_in(collection: Collection, image_id: str, reach: int, request: Request) -> Window:
    """The images before and after one in the collection, at most `reach` of each."""
    query = collection.query(request.visitor_id)
    if query is None:
        return Window()
    window: Window = request.services.images.window(query, image_id, reach, reach)
    return window


@dataclass(frozen=True)
class CloudTag:
    """A tag in the cloud; `weight` is 0 (rare) to 6 (the most used)."""

    name: str
    count: int
    weight: int
    href: str


def cloud(tags: Iterable[tuple[str, int]], site: Site) -> list[CloudTag]:
    """Tags with their counts, in alphabetical order, weighed by the logarithm of the count."""
    tags = sorted(tags)
    counts = [count for _name, count in tags]
    low, high = log(min(counts, default=1)), log(max(counts, default=1))
    step = 6 / (high - low) if high > low else 0
    return [
        CloudTag(name, count, round((log(count) - low) * step), site.tag_path(name))
        for name, count in tags
    ]
