"""Articles and collections as tiles on the start page."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice

from pyramid.request import Request

from ...domain.models import Image
from .articles import article_path
from .collection_tiles import tiles_of
from .grids import Tile, thumb_of


def recent_articles(images: Iterable[Image], request: Request, most: int) -> list[Tile]:
    """Return the articles of the newest images, each with the newest of its images."""
    newest: dict[tuple[str, str], Image] = {}
    for image in images:
        for key in request.services.articles.keys:
            for number in image.references.get(key, ()):
                newest.setdefault((key, number), image)
    tiles = []
    for (key, number), image in islice(newest.items(), most):
        href = article_path(request.site, key, number)
        tiles.append(Tile(number, href, thumb_of(image, href, request)))
    return tiles


def some_collections(request: Request, most: int) -> list[Tile]:
    """Return the first collections by title."""
    collections = request.services.collections
    shown = list(islice(collections.all(), most))
    return tiles_of(shown, collections.sizes(), request) if shown else []
