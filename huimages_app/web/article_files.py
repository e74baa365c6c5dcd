"""Stable URLs of articles: `/SIZE/KEY/NUMBER[/WHICH]` shows the picture that is there now.

The picture is that of the permanent URL, which `Content-Location` names.  It has an ETag and no
Last-Modified: after a change of the order an older file may take the place of a newer one.
"""

from __future__ import annotations

import hashlib
import logging
import time
from dataclasses import dataclass, replace

from pyramid.httpexceptions import HTTPForbidden
from pyramid.request import Request
from pyramid.response import Response
from pyramid.security import NO_PERMISSION_REQUIRED
from pyramid.view import view_config

from ..config.settings import Settings
from ..domain.formats import JPEG, Format, best_format
from ..domain.models import Image
from ..domain.sizes import Size
from ..errors import HuimagesError, RightsEnded, UnknownArticle, UnknownImage
from ..services.container import Services
from ..services.open_image import OpenImage
from ..services.permissions import VIEW
from ..services.size_policy import Grant
from .article_resources import ArticleFile
from .image_files import accel_response, picture_headers, picture_response, storage_redirect

# Seconds until browsers and CDNs ask again, and for which they may show the old picture meanwhile.
MAX_AGE, STALE = 300, 86_400
# For a JPEG in place of a rendition in a better format that is being made, and for a placeholder.
_SHORT = 60
# The internal location in deploy/nginx.conf, which sends no Last-Modified.
NGINX_ARTICLES = "/huimages-articles"

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class FoundPicture:
    """The picture at a stable URL: its record, and the size and format that are served."""

    image: Image
    size: Size
    format: Format

    @classmethod
    def at(cls, context: ArticleFile, services: Services, accept: str) -> FoundPicture | None:
        """Return the picture that is there now; None if there is none.

        A main picture that may not be shown now is replaced by the next one.
        """
        article = services.article_memory.get(context.key, context.number)
        image = article.picture(context.which, services.showing.is_shown)
        if image is None:
            return None
        return cls(image, image.shown_in(context.size), context.format or best_format(accept))

    def with_etag(self, served: OpenImage) -> OpenImage:
        """Return the open file with an ETag of all on which its bytes depend, and no date."""
        name = f"{self.image.id}/{self.size}.{self.format.extension}"
        content = f"{name}\n{served.modified}\n{served.length}".encode()
        etag = hashlib.blake2b(content, digest_size=12).hexdigest()
        return replace(served, modified=None, etag=etag)

    def location(self, services: Services, base: str, expires: int | None = None) -> str:
        """Return the permanent URL; its signature, if it needs one, ends at `expires`."""
        return services.urls.at(base).named_url(self.image, self.size, self.format, expires)


def caching(*, is_open: bool, max_age: int = MAX_AGE, expires: float | None = None) -> str:
    """Return the Cache-Control header; it never reaches past `expires`, in epoch seconds."""
    stale = STALE if max_age == MAX_AGE else 0
    if expires is not None:
        left = max(0, int(expires - time.time()))
        max_age, stale = min(max_age, left), min(stale, max(0, left - max_age))
    scope = "public" if is_open else "private"
    return f"{scope}, max-age={max_age}" + (f", stale-while-revalidate={stale}" if stale else "")


@view_config(context=ArticleFile, request_method=("GET", "HEAD"), permission=NO_PERMISSION_REQUIRED)
def article_file(context: ArticleFile, request: Request) -> Response:
    """Return the main picture of an article, or the one at a position or with a role."""
    services, settings = request.services, request.registry.settings["huimages"]
    if request.method == "HEAD":
        request.range = None  # ranges apply to GET only: RFC 9110, 14.2
    grant = services.sizes.authorize(
        context.size, request.path_info, request.GET.get("s", ""), request.GET.get("e", "")
    )
    if not (settings.articles_are_open or grant.is_signed or request.has_permission(VIEW)):
        raise HTTPForbidden
    responses = _Responses(context, request, settings, grant)
    found = FoundPicture.at(context, services, request.headers.get("Accept", ""))
    if found is None:
        return responses.without_picture()
    try:
        return responses.original(found) if context.size.is_original else responses.rendition(found)
    except RightsEnded as error:
        return responses.without_picture(error, 410)
    except UnknownImage as error:  # not to be shown yet, or removed a moment ago
        return responses.without_picture(error)


@dataclass(frozen=True)
class _Responses:
    """The responses to one request."""

    context: ArticleFile
    request: Request
    settings: Settings
    grant: Grant

    def rendition(self, found: FoundPicture) -> Response:
        """Return a rendition of the picture; raises UnknownImage."""
        services = self.request.services
        wanted = found.image.id, found.size, found.format
        if self.context.format is None:
            served, is_best = services.negotiation.get(*wanted, self.grant)
            if not is_best:
                found = replace(found, format=JPEG)
        else:
            served, is_best = services.renditions.get(*wanted, self.grant), True
        max_age = MAX_AGE if is_best and not served.is_provisional else _SHORT
        served = found.with_etag(served)
        headers = self._headers(found, served, max_age)
        if self.settings.accel == "off" or served.cached is None:
            return picture_response(served, headers)
        served.close()
        # The web server in front can't compare this ETag.
        if served.etag in self.request.if_none_match:
            return _not_modified(headers)
        return accel_response(self.settings, served.cached, headers, NGINX_ARTICLES)

    def original(self, found: FoundPicture) -> Response:
        """Return the original, or a redirect to the storage; raises UnknownImage."""
        if redirect := storage_redirect(self.request, found.image.id, "", self.grant):
            seconds = min(MAX_AGE, redirect.cache_control.max_age)
            redirect.headers["Cache-Control"] = self._caching(seconds)
            return redirect
        served = self.request.services.renditions.original(found.image.id, self.grant)
        served = replace(served, modified=None)
        return picture_response(served, self._headers(found, served, MAX_AGE))

    def without_picture(self, error: HuimagesError | None = None, status: int = 404) -> Response:
        """Return the status, with the placeholder picture of the settings as its body.

        Without a placeholder it raises `error`, or UnknownArticle.
        """
        context, missing = self.context, self.settings.missing
        if missing and not context.size.is_original:
            renditions = self.request.services.renditions
            try:
                served = renditions.get(missing, context.size, context.format or JPEG)
            except HuimagesError as reason:
                # The response has this status in any case; only its body differs.
                log.warning("placeholder not served: image=%s error=%s", missing, reason)
            else:
                served = replace(served, modified=None)
                headers = picture_headers(served, self._caching(_SHORT))
                response = picture_response(served, headers)
                response.status_int = status
                response.conditional_response = False
                return response
        raise error or UnknownArticle(context.key, context.number)

    def _headers(
        self, found: FoundPicture, served: OpenImage, max_age: int
    ) -> list[tuple[str, str]]:
        services, base = self.request.services, self.request.script_name
        headers = picture_headers(
            served, self._caching(max_age, served.expires), varies=self.context.format is None
        )
        location = found.location(services, base, self.grant.expires)
        return [*headers, ("Content-Location", location)]

    def _caching(self, max_age: int, end: float | None = None) -> str:
        ends = [each for each in (self.grant.expires, end) if each is not None]
        return caching(
            is_open=self.settings.articles_are_open,
            max_age=max_age,
            expires=min(ends, default=None),
        )


def _not_modified(headers: list[tuple[str, str]]) -> Response:
    kept = {"ETag", "Cache-Control", "Content-Location", "Vary"}
    return Response(status=304, headerlist=[header for header in headers if header[0] in kept])
