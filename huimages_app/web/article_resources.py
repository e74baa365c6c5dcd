"""The part of the URL tree below `/article` and `/api/v1/articles`."""

from __future__ import annotations

from typing import ClassVar

from pyramid.traversal import find_root

from ..domain.articles import from_segment
from .resource import Resource


class ArticlePage(Resource):
    """The page of one article: the images of the value `number` of the reference `key`."""

    def __init__(self, parent: ArticleNumbers, segment: str) -> None:
        super().__init__(parent, segment)
        self.key = parent.key
        self.number = from_segment(segment)


class ApiArticle(ArticlePage):
    """One article in the API."""


class ArticleNumbers(Resource):
    """All articles of one key.  Any text is an article number, used or not."""

    article: ClassVar[type[ArticlePage]] = ArticlePage

    def __init__(self, parent: Resource, name: str, key: str) -> None:
        super().__init__(parent, name)
        self.key = key

    def __getitem__(self, name: str) -> Resource:
        return self.article(self, name)


class ApiArticleNumbers(ArticleNumbers):
    """All articles of one key in the API."""

    article = ApiArticle


class Articles(ArticleNumbers):
    """All articles of the first key; below it, those of each key by its name."""

    numbers: ClassVar[type[ArticleNumbers]] = ArticleNumbers

    def __init__(self, parent: Resource, name: str) -> None:
        keys = find_root(parent).services.articles.keys
        super().__init__(parent, name, keys[0])
        self.keys = keys

    def __getitem__(self, name: str) -> Resource:
        if name in self.keys:
            return self.numbers(self, name, name)
        return super().__getitem__(name)


class ApiArticles(Articles):
    """All articles in the API."""

    article = ApiArticle
    numbers = ApiArticleNumbers
