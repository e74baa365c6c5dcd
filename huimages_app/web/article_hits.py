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
        served = found and services.renditions.find(found.image.id, found.size, found.format)
        if not found or not served:
            return None
        served = found.with_etag(served)
        headers = picture_headers(served, caching(is_open=True), varies=file.format is None)
        location = found.location(services, environ.get("SCRIPT_NAME", ""))
        headers.append(("Content-Location", location))
        if settings.accel != "off" and served.cached is not None:
            served.close()
            return None, accel_headers(settings, served.cached, headers, NGINX_ARTICLES)
        return served, headers
