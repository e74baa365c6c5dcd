"""Collections on pages: their paths, their tiles, and their pictures in order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pyramid.request import Request

from ...domain.collections import Collection
from ...domain.models import Page
from .grids import GridItem, Tile, items_of, thumb_of


@dataclass(frozen=True)
class OrderedPicture:
    """A picture of a collection, and whether it is the first or the last one."""

    picture: GridItem
    is_first: bool
    is_last: bool


def tiles_of(
    collections: Sequence[Collection], sizes: Mapping[str, int], request: Request
) -> list[Tile]:
    """Return collections for their list."""
    site = request.site
    covers = request.services.collections.covers([one for one in collections if sizes.get(one.id)])
    tiles = []
    for one in collections:
        href, cover = site.path("collection", one.id), covers.get(one.id)
        picture = thumb_of(cover, href, request) if cover else None
        tiles.append(Tile(one.title, href, picture, sizes.get(one.id, 0)))
    return tiles


def pictures_in_order(page: Page, request: Request) -> list[OrderedPicture]:
    """Return the pictures of a page of a collection."""
    items = items_of(page.images, request)
    last = len(items) - 1
    return [
        OrderedPicture(
            item,
            is_first=index == 0 and page.previous is None,
            is_last=index == last and page.next is None,
        )
        for index, item in enumerate(items)
    ]
