"""Cache hits at stable URLs of articles, without Pyramid: see `cache_hits`."""

from __future__ import annotations

from collections.abc import Mapping

from ..config.settings import Settings
from ..errors import StorageUnavailable
from ..services.container import Services
from ..services.open_image import OpenImage
from .article_files import NGINX_ARTICLES, FoundPicture, caching
from .article_resources import ArticleFile
from .image_files import accel_headers, picture_headers

Hit = tuple[OpenImage | None, list[tuple[str, str]]]


class ArticleHits:
    """Finds the picture of an open article in the cache."""

    def __init__(self, services: Services, settings: Settings) -> None:
        self._services = services
        self._settings = settings

    def hit(self, file: ArticleFile, environ: Mapping[str, str]) -> Hit | None:
        """Return the open rendition and its headers; None if Pyramid must respond.

        The body is empty (None) if the headers name the file for a web server in front.
        """
        settings, services = self._settings, self._services
        if not settings.articles_are_open:
            return None
        try:
            found = FoundPicture.at(file, services, environ.get("HTTP_ACCEPT", ""))
        except StorageUnavailable:
            return None
        if not found or not services.showing.is_shown(found.image):
            return None
        served = services.renditions.cached_of(found.image, found.size, found.format)
        if not served:
            return None
        served = found.with_etag(served)
        usual = caching(is_open=True, expires=served.expires)
        headers = picture_headers(served, usual, varies=file.format is None)
        location = found.location(services, environ.get("SCRIPT_NAME", ""))
        headers.append(("Content-Location", location))
        if settings.accel != "off" and served.cached is not None:
            served.close()
            return None, accel_headers(settings, served.cached, headers, NGINX_ARTICLES)
        return served, headers
