"""What those get who may not: a way to sign in, or a sentence."""

from __future__ import annotations

from pyramid.exceptions import BadCSRFToken
from pyramid.httpexceptions import HTTPBadRequest, HTTPForbidden, HTTPSeeOther, HTTPUnauthorized
from pyramid.request import Request
from pyramid.response import Response
from pyramid.view import exception_view_config, forbidden_view_config

from .errors import http_error
from .presentation.i18n import _
from .presentation.responses import MAX_REDIRECT
from .problems import is_for_programs


@forbidden_view_config()
def forbidden(error: HTTPForbidden, request: Request) -> Response:
    """People who may sign in are led there; others are told what is missing."""
    identity = request.identity
    if identity.token:
        return http_error(HTTPForbidden("the scopes of this token do not cover this"), request)
    if identity.is_signed_in:
        return http_error(HTTPForbidden(_("This account is not allowed to do this.")), request)
    is_browser = "text/html" in request.headers.get("Accept", "")
    if request.method == "GET" and is_browser and not is_for_programs(request):
        back = {"back": request.path_qs} if len(request.path_qs) <= MAX_REDIRECT else {}
        return HTTPSeeOther(request.resource_url(request.root, "login", query=back))
    detail = "this needs somebody who is signed in, or an API token: Authorization: Bearer hui_…"
    return http_error(HTTPUnauthorized(detail), request)


@exception_view_config(BadCSRFToken)
def old_form(error: BadCSRFToken, request: Request) -> Response:
    """A form of a session that has ended meanwhile, or of somebody else's; or a program that
    keeps cookies."""
    if is_for_programs(request):
        detail = (
            "a request with a cookie needs the token of its session (X-CSRF-Token); "
            "a program sends an API token instead (Authorization: Bearer hui_…), or no cookies"
        )
        return http_error(HTTPBadRequest(detail), request)
    sentence = _("This form has expired or does not belong to this site. Please reload the page.")
    return http_error(HTTPBadRequest(sentence), request)
