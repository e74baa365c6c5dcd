"""Bodies of error responses: a page, a problem of RFC 9457, or a line of text.

The `type` of a problem is a stable URL on the page of the API; its `detail` may change.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from http import HTTPStatus
from typing import NamedTuple
from urllib.parse import urlsplit

from pyramid.httpexceptions import HTTPForbidden
from pyramid.i18n import TranslationString
from pyramid.renderers import render_to_response
from pyramid.request import Request
from pyramid.response import Response

from ...errors import BadUpload, HuimagesError, IdCollision, StorageUnavailable, TooLarge
from ..presentation.i18n import _
from ..presentation.responses import local_path, wants_json
from ..share_resources import SharedImage, SharePage

_API = ("/api/", "/oembed")
_TEMPLATE = "huimages_app:templates/error.pt"
_SHARE_TEMPLATE = "huimages_app:templates/share_error.pt"

_HEADINGS: Mapping[int, TranslationString] = {
    400: _("That did not work"),
    401: _("Sign in"),
    403: _("You are not allowed to do this"),
    404: _("Not found"),
    405: _("Not possible here"),
    409: _("Conflict with a stored picture"),
    410: _("No longer available"),
    412: _("Changed by someone else"),
    413: _("Too large"),
    415: _("Unsupported picture"),
    429: _("Too many requests"),
    502: _("This picture cannot be read"),
    503: _("Please try again in a moment"),
}
_OTHERWISE = _("Something went wrong")


# Methods of requests that a link repeats.
_OF_LINKS = frozenset({"GET", "HEAD"})


class WayOn(NamedTuple):
    """A link of an error page."""

    text: TranslationString
    href: str


def error_response(
    request: Request, status: int, sentence: str, for_people: TranslationString | None = None
) -> Response:
    """Return the response to a failed request; `sentence` gives the reason.

    A page shows `for_people` instead, if given.
    """
    if is_for_programs(request) or wants_json(request):
        translate = request.localizer.translate
        title = translate(_HEADINGS.get(status, _OTHERWISE))
        response = problem(request, status, title, translate(sentence))
    elif "text/html" in request.headers.get("Accept", ""):
        response = _page(request, status, for_people or sentence)
    else:
        response = _text(sentence)
    response.status_int = status
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response


def _page(request: Request, status: int, sentence: str) -> Response:
    values = {
        "heading": _HEADINGS.get(status, _OTHERWISE),
        "status": status,
        "detail": sentence,
        # Messages of errors are English.
        "language": None if isinstance(sentence, TranslationString) else "en",
        "account": _refused_account(request),
        "ways_on": list(_ways_on(request, status)),
    }
    try:
        return render_to_response(_template(request), values, request=request)
    except StorageUnavailable:
        # The layout needs the account of the client, which storage cannot return now.
        return _text(sentence)


def _refused_account(request: Request) -> str:
    """Return the account whose role does not suffice; empty for other errors.

    Only for these is the client certainly known: to identify it may be what failed.
    """
    return request.identity.account if isinstance(request.exception, HTTPForbidden) else ""


def _ways_on(request: Request, status: int) -> Iterator[WayOn]:
    """Yield the links that help after an error, the best first, without the start page."""
    site = request.site
    if request.method not in _OF_LINKS:
        page = _page_of_form(request)
        if page and page != site.path():
            yield WayOn(_("Back to the previous page"), page)
    elif status == 503:
        yield WayOn(_("Try again"), site.here)
    if _refused_account(request) and not request.identity.by_proxy:
        here = site.here if request.method in _OF_LINKS else ""
        yield WayOn(_("Switch account"), site.view_path("login", back=here))


def _page_of_form(request: Request) -> str:
    """Return the path of the page that sent this request; empty if it is not known.

    The field `back` of the form would be another way, but the body may be what is wrong.
    """
    try:
        referrer = urlsplit(request.headers.get("Referer", ""))
    except ValueError:
        return ""
    if f"{referrer.scheme}://{referrer.netloc}" != request.host_url:
        return ""
    return local_path(request, referrer._replace(scheme="", netloc="", fragment="").geturl())


def _template(request: Request) -> str:
    """Return the template: visitors of a share link see no menu of the site."""
    is_shared = isinstance(getattr(request, "context", None), (SharePage, SharedImage))
    return _SHARE_TEMPLATE if is_shared else _TEMPLATE


def _text(sentence: str) -> Response:
    return Response(sentence + "\n", content_type="text/plain", charset="utf-8")


def is_for_programs(request: Request) -> bool:
    """Return whether the URL, which may not be decodable, is of the API."""
    path: str = request.environ.get("PATH_INFO", "")
    return path.startswith(_API)


def problem(request: Request, status: int, title: str, sentence: str) -> Response:
    """Return a problem (RFC 9457).  Other exceptions have the title of their status."""
    error = request.exception
    kind = "about:blank"
    if isinstance(error, HuimagesError):
        kind = f"{request.application_url}/api/v1/#{error.slug}"
    else:
        title = HTTPStatus(status).phrase  # RFC 9457, 4.2.1
    data = {"type": kind, "title": title, "status": status, "detail": sentence}
    response = Response(
        body=json.dumps(data, ensure_ascii=False).encode(),
        status=status,
        content_type="application/problem+json",
    )
    if status == 401:
        response.headers["WWW-Authenticate"] = 'Bearer realm="huimages"'
    return response


def reason_of(error: HuimagesError) -> TranslationString:
    """Return why a picture was refused, for pages."""
    if isinstance(error, TooLarge):
        return _("This picture is too large.")
    if isinstance(error, IdCollision):
        return _("A different picture is stored under the same ID.")
    if isinstance(error, BadUpload):
        return _("This file is not a picture, or it is damaged.")
    return _OTHERWISE
