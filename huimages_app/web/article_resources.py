"""The parts of the URL tree below `/article`, `/api/v1/articles` and `/SIZE/KEY`."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, ClassVar

from pyramid.traversal import find_root

from ..domain.articles import ROLE, from_segment
from ..domain.formats import ENDINGS, Format
from ..errors import UnknownFormat
from .resource import Resource

if TYPE_CHECKING:
    from .rendition_resources import SizeFolder

WHICH = re.compile(rf"[1-9][0-9]{{0,2}}|{ROLE.pattern}")


class Article(Resource):
    """One article: the images of the value `number` of the reference `key`."""

    def __init__(self, parent: Numbers, segment: str) -> None:
        super().__init__(parent, segment)
        self.key = parent.key
        self.number = from_segment(segment)


class ArticlePage(Article):
    """The page of one article."""


class ApiArticle(Article):
    """One article in the API."""


class Numbers(Resource):
    """All articles of one key.  Any text is an article number, used or not."""

    article: ClassVar[type[Article]]

    def __init__(self, parent: Resource, name: str, key: str) -> None:
        super().__init__(parent, name)
        self.key = key

    def __getitem__(self, name: str) -> Resource:
        return self.article(self, name)


class ArticleNumbers(Numbers):
    """The page of all articles of one key."""

    article = ArticlePage


class ApiArticleNumbers(Numbers):
    """All articles of one key in the API."""

    article = ApiArticle


class NumbersOfKeys(Numbers):
    """All articles of the first key; below it, those of each key by its name."""

    numbers: ClassVar[type[Numbers]]

    def __init__(self, parent: Resource, name: str) -> None:
        keys = find_root(parent).services.articles.keys
        super().__init__(parent, name, keys[0])
        self.keys = keys

    def __getitem__(self, name: str) -> Resource:
        if name in self.keys:
            return self.numbers(self, name, name)
        return super().__getitem__(name)


class Articles(NumbersOfKeys, ArticleNumbers):
    """The page of all articles."""

    numbers = ArticleNumbers


class ApiArticles(NumbersOfKeys, ApiArticleNumbers):
    """All articles in the API."""

    numbers = ApiArticleNumbers


class ArticleFile(Resource):
    """A picture of an article in a size: the main one, or `which`, a position or a role."""

    def __init__(
        self, folder: ArticleFolder, name: str, number: str, format_: Format | None, which: str = ""
    ) -> None:
        super().__init__(folder, name)
        self._folder = folder
        self.size = folder.size
        self.key = folder.key
        self.number = number
        self.format = format_  # None: the best one that the client accepts
        self.which = which

    def __getitem__(self, name: str) -> ArticleFile:
        # The article number is the whole segment, also if it ends like a format.
        number = from_segment(self.__name__ or "")
        which, format_ = self._folder.split(name)
        if self.which or not WHICH.fullmatch(which):
            raise KeyError(name)
        return ArticleFile(self._folder, name, number, format_, which)


class ArticleFolder(Resource):
    """The articles of one key in one size."""

    def __init__(self, parent: SizeFolder, name: str) -> None:
        super().__init__(parent, name)
        self._parent = parent
        self.size = parent.size
        self.key = name

    def __getitem__(self, name: str) -> ArticleFile:
        stem, format_ = self.split(name)
        return ArticleFile(self, name, from_segment(stem), format_)

    def split(self, name: str) -> tuple[str, Format | None]:
        """Return a name without its ending, and the format; raises KeyError for an unusable one.

        Only the ending of a format is one: an article number may contain dots.
        """
        stem, _, ending = name.rpartition(".")
        if not stem or ending.lower() not in ENDINGS:
            stem, ending = name, ""
        try:
            return stem, self._parent.format_of(ending)
        except UnknownFormat:  # content negotiation is off
            raise KeyError(name) from None
