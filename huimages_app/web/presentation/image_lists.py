"""Lists of images to browse, and their names in URLs."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Literal, get_args
from urllib.parse import parse_qsl, quote, unquote, urlencode

from pyramid.i18n import TranslationString
from pyramid.request import Request

from ...domain.filters import ORDERS, REFERENCE, chosen_query_of, is_filter, query_of
from ...domain.models import Count, Neighbours, Page, Query, Window
from ...domain.months import TIMED
from ...domain.periods import ALWAYS, Period
from ...domain.searches import Search
from ...domain.tags import MAX_LENGTH
from ...domain.text import clean, clean_tag
from ...errors import BadInput
from .counts import count_at_start
from .i18n import _
from .site import Site

# They fill several screens, and the page remains a small document.
PER_PAGE = 60

Kind = Literal["all", "tag", "search", "favorites", "collection"]
_WITH_VALUE = {"tag", "search", "collection"}
_OWN_FILTERS = {"search": "q", "tag": "tag"}  # kind of list -> filter that has the same value


@dataclass(frozen=True)
class ImageList:
    """A list of images, filtered and in an order.

    `value` is the tag, the search text, or the ID of a stored collection; `spelling` is the tag as
    it is shown.  `filters` are names and values of `domain.filters`; without an order the newest
    image is the first one.
    """

    kind: Kind = "all"
    value: str = ""
    filters: tuple[tuple[str, str], ...] = ()
    order: str = ""
    spelling: str = field(default="", compare=False)

    @classmethod
    def parse(cls, text: str) -> ImageList:
        """Parse the result of `key`; return all images, newest first, for any other text."""
        name, question_mark, query = text.partition("?")
        if not question_mark or not is_query_string(query):
            name, query = text, ""
        kind, _colon, value = name.partition(":")
        if kind in {"oldest", "rated", "taken"}:  # all images, in this order
            pairs = [("order", kind), ("taken", value if kind == "taken" else "")]
            kind, value = "all", ""
        else:
            pairs = parse_qsl(query)
        kind = kind or "all"
        if kind not in get_args(Kind) or bool(value) != (kind in _WITH_VALUE):
            return cls()
        with suppress(BadInput):
            return _of_kind(kind, unquote(value) if query else value).refined(pairs)
        return cls()

    @classmethod
    def named(cls, text: str) -> ImageList:
        """Parse the result of `key`; raises BadInput for any other text.

        Used to change all images of a list: `parse` returns all images for a damaged name.
        """
        found = cls.parse(text)
        if found.key != text:
            raise BadInput(
                f"{text[:40]!r} is no list of pictures; open the list again and repeat the action"
            )
        chosen_query_of(found.filters)
        return found

    @property
    def key(self) -> str:
        """Name of this list in a URL (`?in=tag:sea`); empty for all images, newest first."""
        if self.kind == "all" and self.order in {"oldest", "rated", "taken"}:
            if not self.filters:
                return self.order
            if self.order == "taken" and [name for name, _ in self.filters] == ["taken"]:
                return f"taken:{self.filters[0][1]}"
        name = "" if self.kind == "all" else self.kind
        parameters = self.parameters
        if not parameters and is_query_string(self.value.partition("?")[2]):
            parameters = {"order": ["newest"]}  # the text must not be taken for filters
        if not parameters:
            return f"{name}:{self.value}" if self.value else name
        value = f":{quote(self.value, safe='')}" if self.value else ""
        return f"{name}{value}?{urlencode(parameters, doseq=True)}"

    @property
    def parameters(self) -> dict[str, list[str]]:
        """Return filters and order as they are in URLs."""
        found: dict[str, list[str]] = {}
        for name, value in self.filters:
            found.setdefault(name, []).append(value)
        return {**found, "order": [self.order]} if self.order else found

    def refined(self, values: Iterable[tuple[str, str]]) -> ImageList:
        """Return the list with the filters and the order of a URL.

        Two dates of a form, as in `taken.from` and `taken.until`, are a period.  Parameters that
        are no filter are ignored.  Raises BadInput.
        """
        given = [(name, value.strip()) for name, value in values]
        bounds = {name: value for name, value in given if value}
        filters = [(name, value) for name, value in given if value and is_filter(name)]
        for name in ("taken", "uploaded"):
            first, last = bounds.get(f"{name}.from", ""), bounds.get(f"{name}.until", "")
            if first or last:
                filters.append((name, f"{first}..{last}"))
        if self.kind == "search":  # `q` is the search itself
            filters = [(name, value) for name, value in filters if name != "q"]
        order = bounds.get("order", "")
        order = "" if order == "newest" else order
        query_of(filters, order)
        return replace(self, filters=(*self.filters, *filters), order=order)

    def ordered(self, order: str) -> ImageList:
        """Return the list in another order."""
        return replace(self, order="" if order == "newest" else order)

    def without(self, one: tuple[str, str]) -> ImageList:
        """Return the list without a filter; in an order that it still has."""
        filters = tuple(pair for pair in self.filters if pair != one)
        is_ordered = self.order != "place" or len(_references(filters)) == 1
        return replace(self, filters=filters, order=self.order if is_ordered else "")

    @property
    def unfiltered(self) -> ImageList:
        """The list without filters."""
        return replace(self, filters=(), order="" if self.order == "place" else self.order)

    @property
    def orders(self) -> list[str]:
        """Return the orders that the list can have."""
        if self.kind == "collection":
            return []
        is_article = len(_references(self.filters)) == 1
        return [order for order in ORDERS if order != "place" or is_article]

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

    def path(self, site: Site, cursor: str | None = None, **more: str) -> str:
        """Return the path of its page."""
        query = {**self.parameters, **more, "cursor": cursor}
        if self.kind == "tag":
            return site.tag_path(self.value, **query)
        if self.kind == "search":
            return site.view_path("search", q=self.value, **query)
        if self.kind == "favorites":
            return site.path("favorites", **query)
        if self.kind == "collection":
            return site.path("collection", self.value, **query)
        return site.path("image", **query)

    @property
    def search(self) -> Search | None:
        """The filters and the order as they are kept; None for lists that are no search."""
        if self.kind in {"favorites", "collection"}:
            return None
        own = [(_OWN_FILTERS[self.kind], self.value)] if self.value else []
        return Search((*own, *self.filters), self.order)

    @classmethod
    def of_search(cls, search: Search) -> ImageList:
        """Return the list of a search: the inverse of `search`."""
        rest = list(search.filters)
        found = cls()
        for kind, name in _OWN_FILTERS.items():
            own = next((pair for pair in rest if pair[0] == name), None)
            if own:
                rest.remove(own)
                found = tagged(own[1]) if kind == "tag" else searched(own[1])
                break
        return replace(found, filters=tuple(rest), order=search.order)

    def table_path(self, site: Site) -> str:
        """Return the path of the page that exports these images; empty if it cannot."""
        if self.search is None:
            return ""
        query = self.search.text
        return site.path("table") + (f"?{query}" if query else "")

    def feed_path(self, site: Site, cursor: str | None = None) -> str:
        """Return the path of its feed; empty if it has none, as the favourites of a visitor."""
        if self.kind == "tag" and not self.parameters:
            if site.is_path_part(self.value):
                return site.view_path("tag", self.value, "feed.atom", cursor=cursor)
            return site.view_path("feed.atom", tag=self.value, cursor=cursor)
        if self.kind in {"all", "search"} and not self.parameters:
            return site.view_path("feed.atom", q=self.value, cursor=cursor)
        return ""

    def query(self, visitor_id: str) -> Query | None:
        """Return the query for storage; None if the list is certainly empty."""
        if self.kind == "collection":
            return Query(collection=self.value, order="place")
        values = [*self.filters]
        if self.kind in {"tag", "search"}:
            values.insert(0, ("q" if self.kind == "search" else "tag", self.value))
        query = query_of(values, self.order)
        if self.kind == "search" and query == replace(Query(), order=query.order):
            return None
        if self.kind == "favorites":
            # A visitor without an ID has no favourites.
            return replace(query, favorite_of=visitor_id) if visitor_id else None
        return query


def is_query_string(text: str) -> bool:
    """Return whether a text consists of filters and an order, and is not part of a search text."""
    names = [name for name, _ in parse_qsl(text)]
    return bool(names) and all(name == "order" or is_filter(name) for name in names)


def _of_kind(kind: str, value: str) -> ImageList:
    if kind == "tag":
        return tagged(value)
    if kind == "search":
        return searched(value)
    return ImageList(kind, value[:20])  # type: ignore[arg-type]


def _references(filters: Iterable[tuple[str, str]]) -> list[str]:
    return [name for name, _ in filters if name == "artnr" or name.startswith(REFERENCE)]


def tagged(text: str) -> ImageList:
    """Return the images with a tag, given in any case and Unicode form."""
    # Longer than any tag by one, so that it matches none; URLs in the page repeat it.
    return ImageList("tag", clean_tag(text)[: MAX_LENGTH + 1])


def spelled(image_list: ImageList, request: Request) -> ImageList:
    """Return the list of a tag with the spelling to show."""
    tag = image_list.value
    return replace(image_list, spelling=request.services.images.spellings([tag]).get(tag, ""))


def searched(text: str) -> ImageList:
    """Return the images that match the words of `text`."""
    return ImageList("search", clean(text)[:200])


def page_of(image_list: ImageList, request: Request) -> Page:
    """Return the first page of the list, or the one at `?cursor=` or from a day on (`?at=`).

    Raises BadCursor, BadInput.
    """
    query = image_list.query(request.visitor_id)
    if query is None:
        return Page(())
    cursor = request.GET.get("cursor") or None
    at = Period.parse(request.GET.get("at", ""))
    if query.order not in TIMED:  # the order was chosen after the day
        at = ALWAYS
    page: Page = request.services.images.page(query, PER_PAGE, cursor, at)
    return page


def count_of(image_list: ImageList, page: Page, request: Request) -> Count | None:
    """Return the number of images of a list; None on later pages.

    `page` is the page of the request, which may be all there is.
    """
    query = image_list.query(request.visitor_id)
    is_all = query is None or not (page.next or page.previous)
    return count_at_start(
        len(page.images),
        request,
        is_all=is_all,
        count=page.count or (lambda: request.services.images.count_of(query)),
    )


@dataclass(frozen=True)
class Place:
    """The place of an image in a list: its number from 1 on, of `count` images."""

    number: int
    count: Count


def place_in(image_list: ImageList, image_id: str, request: Request) -> Place | None:
    """Return the place of an image in the list; None where that would take unbounded work."""
    query = image_list.query(request.visitor_id)
    images = request.services.images
    before: Count | None = images.count_before(query, image_id) if query else None
    if query is None or before is None or not before.is_exact:
        return None
    return Place(before.number + 1, images.count_of(query))


def neighbours_in(image_list: ImageList, image_id: str, request: Request) -> Neighbours:
    """Return the neighbours of an image in the list."""
    query = image_list.query(request.visitor_id)
    if query is None:
        return Neighbours()
    return request.services.images.neighbours(query, image_id)


def window_in(image_list: ImageList, image_id: str, reach: int, request: Request) -> Window:
    """Return the images before and after one in the list, at most `reach` of each."""
    query = image_list.query(request.visitor_id)
    if query is None:
        return Window()
    window: Window = request.services.images.window(query, image_id, reach, reach)
    return window
