"""Stable URLs of the pictures of an article: they show its present order."""

from __future__ import annotations

from collections.abc import Mapping

from ..domain.articles import to_segment
from ..domain.formats import JPEG, Format
from ..domain.html import img_tag
from ..domain.models import Image
from ..domain.sizes import Size
from .size_policy import SizePolicy
from .urls import UrlBuilder


class ArticleUrls:
    """Makes `/SIZE/KEY/NUMBER.EXT` and `/SIZE/KEY/NUMBER/WHICH.EXT`.

    `which` is a position, counted from 1, or a role; empty means the main picture.  URLs are signed
    where sizes need it, and on a site whose articles are not open.
    """

    def __init__(self, urls: UrlBuilder, policy: SizePolicy) -> None:
        self._urls = urls
        self._policy = policy

    def at(self, base: str) -> ArticleUrls:
        """Return the builder for a site at `base`, as `UrlBuilder.at` does."""
        return ArticleUrls(self._urls.at(base), self._policy)

    def url(  # noqa: PLR0917 - the parts of the URL, in its order
        self,
        size: Size | str,
        key: str,
        number: str,
        which: str = "",
        format_: Format = JPEG,
        expires: int | None = None,
    ) -> str:
        """Return the URL of a picture; a signature expires at `expires`, in epoch seconds."""
        parsed = self._urls.size(size)
        segments = [str(parsed), key, to_segment(number), *([which] if which else [])]
        path = f"/{'/'.join(segments)}.{format_.extension}"
        return self._urls.complete(path, self._policy.article_query(parsed, path, expires))

    def srcset(self, size: Size | str, key: str, number: str, which: str = "") -> str:
        """Return the candidates for densities 1 and 2."""
        parsed = self._urls.size(size)
        return ", ".join(
            f"{self.url(parsed.at_density(density), key, number, which)} {density}x"
            for density in (1, 2)
        )

    def tag(
        self,
        size: Size | str,
        key: str,
        number: str,
        image: Image,
        attributes: Mapping[str, object] = {},
    ) -> str:
        """Return an <img> tag of the main picture, which is `image` at present.

        It has dimensions only if they are the same for every picture.
        """
        parsed = self._urls.size(size)
        url, alt = self.url(parsed, key, number), self._urls.alt(image)
        if not (parsed.crop or parsed.padding):
            return img_tag(url, None, None, alt, attributes)
        width, height = parsed.fitted(image.width, image.height)
        return img_tag(url, width, height, alt, attributes)
