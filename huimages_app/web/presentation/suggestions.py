"""What a search may go on with: tags, article numbers and titles."""

from __future__ import annotations

from dataclasses import dataclass

from pyramid.request import Request

from ...domain.filters import query_of
from ...domain.text import clean, clean_tag
from .image_lists import tagged

_OF_EACH = 5  # suggestions of each kind
_LONGEST = 100  # characters of a text that is completed
_BEGINNING = 3  # characters of a word that was not found


@dataclass(frozen=True)
class Suggestion:
    """A search, and the page it leads to; `label` is shown."""

    search: str
    label: str
    href: str


def suggestions(text: str, request: Request) -> list[Suggestion]:
    """Return how a search that begins with a text may go on."""
    text = clean(text)[:_LONGEST]
    if not text:
        return []
    site = request.site
    page = request.services.images.page(query_of([("q", text)]), _OF_EACH)
    titles = dict.fromkeys(image.title for image in page.images if image.title)
    return [
        *_tags(text, request),
        *_articles(text, request),
        *[Suggestion(title, title, site.view_path("search", q=title)) for title in titles],
    ]


def ways_on(text: str, request: Request) -> list[Suggestion]:
    """Return tags and articles that resemble the words of a search without result."""
    found = {
        suggestion.search: suggestion
        for word in clean(text)[:_LONGEST].split()[:_OF_EACH]
        for beginning in [word[: max(_BEGINNING, len(word) * 2 // 3)]]
        for suggestion in [*_tags(beginning, request), *_articles(beginning, request)]
    }
    return list(found.values())[: 2 * _OF_EACH]


def _tags(beginning: str, request: Request) -> list[Suggestion]:
    images, site = request.services.images, request.site
    tags = [tag for tag, _uses in images.tags(clean_tag(beginning), _OF_EACH)]
    spellings = images.spellings(tags) if tags else {}
    return [
        Suggestion(f"tag:{tag}", spellings.get(tag, tag), tagged(tag).path(site)) for tag in tags
    ]


def _articles(beginning: str, request: Request) -> list[Suggestion]:
    if "artnr" not in request.site.article_keys:
        return []
    page = request.services.articles.page("artnr", _OF_EACH, prefix=beginning)
    return [
        Suggestion(
            f"artnr:{article.number}",
            article.number,
            request.site.view_path("search", q=f"artnr:{article.number}"),
        )
        for article in page.articles
        if " " not in article.number
    ]
