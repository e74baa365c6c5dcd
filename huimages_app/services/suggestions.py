"""Completions of a search that is typed: tags, article numbers and titles."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from ..domain.filters import query_of
from ..domain.text import clean, clean_reference, clean_tag
from ..storage.interfaces import ImageSearch

ARTICLES = "artnr"  # the reference key whose values are suggested

_OF_EACH = 5  # suggestions of each kind
_MAX_LENGTH = 100  # characters of a text that is completed
_BEGINNING = 3  # characters of a word that was not found

Kind = Literal["tag", "article", "title"]


@dataclass(frozen=True)
class Suggestion:
    """A search that finds a tag, an article or a title; `label` is how people read it."""

    kind: Kind
    search: str
    label: str


class Suggestions:
    """Suggests searches.  Thread-safe.  Every method raises StorageUnavailable.

    `article_keys` are the reference keys whose values are articles.
    """

    def __init__(self, search: ImageSearch, article_keys: Sequence[str]) -> None:
        self._search = search
        self._has_articles = ARTICLES in article_keys

    def of(self, text: str) -> list[Suggestion]:
        """Return how a search that begins with a text may go on: at most 5 of each kind."""
        text = clean(text)[:_MAX_LENGTH]
        if not text:
            return []
        page = self._search.page(query_of([("q", text)]), _OF_EACH)
        titles = dict.fromkeys(image.title for image in page.images if image.title)
        return [
            *self._tags(text),
            *self._articles(text),
            *[Suggestion("title", title, title) for title in titles],
        ]

    def similar(self, text: str) -> list[Suggestion]:
        """Return tags and articles that resemble the words of a search without result."""
        found = {
            suggestion.search: suggestion
            for word in clean(text)[:_MAX_LENGTH].split()[:_OF_EACH]
            for beginning in [_beginning(word)]
            for suggestion in [*self._tags(beginning), *self._articles(beginning)]
        }
        return list(found.values())[: 2 * _OF_EACH]

    def _tags(self, beginning: str) -> list[Suggestion]:
        tags = [tag for tag, _uses in self._search.tags(clean_tag(beginning), _OF_EACH)]
        spellings = self._search.spellings(tags) if tags else {}
        return [Suggestion("tag", f"tag:{tag}", spellings.get(tag, tag)) for tag in tags]

    def _articles(self, beginning: str) -> list[Suggestion]:
        if not self._has_articles:
            return []
        page = self._search.articles(ARTICLES, _OF_EACH, prefix=clean_reference(beginning))
        return [
            Suggestion("article", f"{ARTICLES}:{article.number}", article.number)
            for article in page.articles
            if " " not in article.number
        ]


def _beginning(word: str) -> str:
    """Return the beginning of a word that was not found, to search for similar words."""
    field, _, value = word.partition(":")
    if value:
        return value  # `artnr:` and `tag:` find whole values only: this may be the beginning of one
    return field[: max(_BEGINNING, len(field) * 2 // 3)]
