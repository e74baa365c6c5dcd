"""Articles on pages: their paths, their pictures, and strips of sister pictures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pyramid.request import Request

from ...domain.articles import to_segment
from ...domain.models import ArticleSummary, Image
from ...domain.sizes import Size
from ...services.articles import Article
from .grids import GridItem, Tile, items_of, thumb_of, title_of
from .showing import seen, sees
from .site import Site
from .size_picker import Snippet

# Of the articles of one picture, and of the pictures of one of them, on the page of the picture.
_STRIPS, _SISTERS = 5, 12
_SNIPPET = Size.parse("640x480")
PER_PAGE = 100  # an editor's page of 500 had 1.75 MB


@dataclass(frozen=True)
class ArticlePicture:
    """A picture of an article; `position` counts from 1, `role` may be empty."""

    picture: GridItem
    position: int
    role: str


@dataclass(frozen=True)
class PicturesPart:
    """The pictures of one page of an article, of `count` that the client sees.

    `previous` and `next` are the positions at which the pages beside it begin; None: there is none.
    """

    pictures: Sequence[ArticlePicture]
    count: int
    previous: int | None
    next: int | None

    @property
    def offset(self) -> int:
        """Number of pictures of the article before those of this page."""
        return self.pictures[0].position - 1 if self.pictures else 0


@dataclass(frozen=True)
class Strip:
    """The pictures of an article; `is_here` for the one whose page this is."""

    key: str
    number: str
    href: str
    pictures: Sequence[tuple[GridItem, bool]]


def article_path(site: Site, key: str, number: str, *further: str, **query: str | None) -> str:
    """Return the path of the page of an article, or of a view of it."""
    elements = ["article", *_segments(site, key, number)]
    if further:
        return site.view_path(*elements, *further, **query)
    return site.path(*elements, **query)


def articles_path(site: Site, key: str, **query: str | None) -> str:
    """Return the path of the list of articles of a key."""
    keys = site.article_keys
    return site.path("article", *([] if key == keys[0] else [key]), **query)


def _segments(site: Site, key: str, number: str) -> list[str]:
    keys = site.article_keys
    segment = to_segment(number)
    # The path of a number that equals a key would be that of the list of the key.
    return [segment] if key == keys[0] and segment not in keys else [key, segment]


def tiles_of(key: str, articles: Sequence[ArticleSummary], request: Request) -> list[Tile]:
    """Return articles for their list, each with its main picture."""
    tiles = []
    for article in articles:
        if main := main_seen(key, article, request):
            href = article_path(request.site, key, article.number)
            picture = thumb_of(main, href, request)
            tiles.append(Tile(article.number, href, picture, article.count))
    return tiles


def main_seen(key: str, article: ArticleSummary, request: Request) -> Image | None:
    """Return the first picture of an article that the client sees; None if there is none.

    Reads the article if that is not the main picture.
    """
    if sees(article.main, request):
        return article.main
    images = request.services.articles.find(key, article.number).images
    return next(iter(seen(images, request)), None)


def pictures_of(article: Article, first: int, request: Request) -> PicturesPart:
    """Return at most PER_PAGE pictures of an article, from the position `first` on."""
    positions = {image.id: index for index, image in enumerate(article.images, start=1)}
    images = seen(article.images, request)
    before = [image for image in images if positions[image.id] < first]
    start = len(before) if len(before) < len(images) else 0
    shown = images[start : start + PER_PAGE]
    pictures = [
        ArticlePicture(item, positions[image.id], article.place(image).role)
        for image, item in zip(shown, items_of(shown, request), strict=True)
    ]
    following = images[start + PER_PAGE :]
    preceding = images[max(start - PER_PAGE, 0) : start]
    return PicturesPart(
        pictures,
        len(images),
        positions[preceding[0].id] if preceding else None,
        positions[following[0].id] if following else None,
    )


def snippets_of(article: Article, request: Request) -> list[Snippet]:
    """Return URL and markup of the main picture, to copy; none for an article without pictures."""
    if not article.images:
        return []
    urls = request.services.article_urls.at(request.application_url)
    name = _SNIPPET, article.key, article.number
    srcset = urls.srcset(*name)
    return [
        Snippet("URL", urls.url(*name)),
        Snippet("srcset", srcset),
        Snippet("<img>", urls.tag(*name, article.images[0], {"srcset": srcset})),
    ]


def strips_of(image: Image, request: Request) -> list[Strip]:
    """Return the articles of an image with their first pictures.

    Reads each article; of very many, the first ones.
    """
    site, articles = request.site, request.services.articles
    names = [(key, number) for key in articles.keys for number in image.references.get(key, ())]
    strips = []
    for key, number in names[:_STRIPS]:
        article = articles.find(key, number, _SISTERS)
        items = [
            (thumb_of(sister, site.path("image", sister.id), request), sister.id == image.id)
            for sister in seen(article.images, request)
        ]
        strips.append(Strip(key, number, article_path(site, key, number), items))
    return strips


def order_text(images: Sequence[Image], request: Request) -> str:
    """Return the order of pictures for people, one per line."""
    return "\n".join(
        f"{index}. {title_of(image, request)}" for index, image in enumerate(images, start=1)
    )
