"""Mapping of errors to HTTP statuses and responses, for all pages and the API."""

from __future__ import annotations

import errno

from pyramid.exceptions import BadCSRFToken, PredicateMismatch, URLDecodeError
from pyramid.httpexceptions import (
    HTTPBadRequest,
    HTTPException,
    HTTPForbidden,
    HTTPNotFound,
    HTTPSeeOther,
    HTTPUnauthorized,
)
from pyramid.i18n import TranslationString
from pyramid.request import Request
from pyramid.response import Response
from pyramid.view import exception_view_config, forbidden_view_config, notfound_view_config
from zope.interface import providedBy

from ...errors import (
    BadCursor,
    BadImageId,
    BadInput,
    BadSize,
    BadToken,
    BadUpload,
    CannotReplace,
    CannotTurn,
    CorruptOriginal,
    EditConflict,
    EndedShare,
    HuimagesError,
    IdCollision,
    RemovedImage,
    RightsEnded,
    RightsNotBegun,
    ServerBusy,
    SizeNotAllowed,
    StorageUnavailable,
    TooLarge,
    TooManyAttempts,
    UnknownArticle,
    UnknownChange,
    UnknownCollection,
    UnknownFormat,
    UnknownImage,
    UnknownJob,
    UnknownSavedSearch,
    UnknownShare,
)
from ..presentation.i18n import _
from ..presentation.responses import MAX_REDIRECT
from .failure_log import FailureLog
from .responses import error_response, is_for_programs

failures = FailureLog()

# Most specific first.
STATUSES: tuple[tuple[type[HuimagesError], int], ...] = (
    (RemovedImage, 410),
    (RightsEnded, 410),
    (UnknownImage, 404),
    (UnknownArticle, 404),
    (UnknownChange, 404),
    (UnknownJob, 404),
    (UnknownCollection, 404),
    (UnknownSavedSearch, 404),
    (UnknownShare, 404),
    (EndedShare, 410),
    (BadToken, 401),
    (SizeNotAllowed, 403),
    (TooManyAttempts, 429),
    (TooLarge, 413),
    (IdCollision, 409),
    (BadUpload, 415),
    (BadInput, 400),
    (BadImageId, 400),
    (BadCursor, 400),
    (BadSize, 400),
    (UnknownFormat, 400),
    (EditConflict, 412),
    (CorruptOriginal, 502),
    (StorageUnavailable, 503),
    (ServerBusy, 503),
)
RETRY_AFTER = 10  # seconds
# Errors of the machine, after which the same request may succeed later.
OUT_OF_RESOURCES = {
    errno.EMFILE,
    errno.ENFILE,
    errno.ENOSPC,
    errno.EDQUOT,
    errno.ENOBUFS,
    errno.ENOMEM,
}

# The messages of these errors are for the operator, not for the client.
_SENTENCES: dict[type[HuimagesError], str] = {
    StorageUnavailable: _(
        "Part of this site is unavailable at the moment. Please try again later."
    ),
    CorruptOriginal: _("The stored picture cannot be read. The details are in the server log."),
}
# Sentences of pages, in their language, in place of the message for programs.
_FOR_PEOPLE: dict[type[HuimagesError], TranslationString] = {
    StorageUnavailable: _("Part of this site is unavailable at the moment."),
    RemovedImage: _("This picture was deleted permanently and cannot be restored."),
    RightsEnded: _("The rights to this picture have ended. It is not shown any more."),
    RightsNotBegun: _("This picture is not shown yet."),
    UnknownImage: _("This picture does not exist. It may have been moved to the trash."),
    UnknownArticle: _("There are no pictures with this article number."),
    UnknownChange: _("This change is no longer kept."),
    UnknownJob: _("This job does not exist. Jobs are kept for 30 days."),
    UnknownCollection: _("There is no such collection. It may have been deleted."),
    UnknownSavedSearch: _("There is no such saved search. It may have been deleted."),
    UnknownShare: _("This link leads nowhere. It may have been withdrawn."),
    EndedShare: _("This link has ended."),
    CannotTurn: _(
        "Pictures in this format cannot be turned without loss. Turn the file and upload it as a "
        "better picture."
    ),
    CannotReplace: _(
        "This picture cannot become the new version: it is the picture itself, or an older version "
        "of another one."
    ),
    BadCursor: _("The URL of this page is invalid. Please start from the first page."),
}


def status_of(error: HuimagesError) -> int:
    """Return the HTTP status of an error of huimages_app.errors."""
    return next((code for kind, code in STATUSES if isinstance(error, kind)), 500)


@exception_view_config(HuimagesError)
def known_error(error: HuimagesError, request: Request) -> Response:
    """Return the response to an error of huimages_app.errors."""
    status = status_of(error)
    if status >= 500:
        failures.write(request, error)
    sentence = _SENTENCES.get(type(error), _sentence(str(error)))
    response = error_response(request, status, sentence, _FOR_PEOPLE.get(type(error)))
    if status == 503:
        response.retry_after = RETRY_AFTER
    return response


@exception_view_config(URLDecodeError)
def undecodable_url(error: URLDecodeError, request: Request) -> Response:
    """Return 400."""
    return error_response(request, 400, _("The URL is not valid UTF-8."))


@notfound_view_config()
def not_found(error: HTTPNotFound, request: Request) -> Response:
    """Return 404, with the reason if the path looks like the one of a picture; or 405.

    Views of resources use no elements of the path after their name, so there the method is not the
    reason.
    """
    is_whole = bool(request.matched_route) or not request.subpath
    if isinstance(error, PredicateMismatch) and is_whole and (methods := _methods_of(request)):
        response = error_response(request, 405, f"This URL accepts {', '.join(methods)} only.")
        response.allow = methods
        return response
    by_pyramid = isinstance(error, PredicateMismatch) or error.detail == request.path_info
    if error.detail and not by_pyramid:
        return error_response(request, 404, _sentence(error.detail))
    path = getattr(request, "traversed", ()) + tuple(
        filter(None, [getattr(request, "view_name", ""), *getattr(request, "subpath", ())])
    )
    explain = getattr(getattr(request, "root", None), "explain", lambda path: None)
    return error_response(
        request, 404, _sentence(explain(path) or _("There is nothing at this URL."))
    )


@exception_view_config(HTTPException)
def http_error(error: HTTPException, request: Request) -> Response:
    """Return what a view raised: a redirect, or a status with a sentence."""
    if error.code < 400:
        return error
    return error_response(request, error.code, _sentence(error.detail or error.explanation))


@forbidden_view_config()
def forbidden(error: HTTPForbidden, request: Request) -> Response:
    """Redirect browsers to the sign-in; return 401 or 403 to others."""
    identity = request.identity
    if identity.token:
        return http_error(
            HTTPForbidden("the scopes of this token do not include this action"), request
        )
    if identity.is_signed_in:
        return http_error(HTTPForbidden(_("This account is not allowed to do this.")), request)
    is_browser = "text/html" in request.headers.get("Accept", "")
    if request.method == "GET" and is_browser and not is_for_programs(request):
        back = {"back": request.path_qs} if len(request.path_qs) <= MAX_REDIRECT else {}
        return HTTPSeeOther(request.resource_url(request.root, "login", query=back))
    detail = "sign in, or send an API token: Authorization: Bearer hui_…"
    return http_error(HTTPUnauthorized(detail), request)


@exception_view_config(BadCSRFToken)
def old_form(error: BadCSRFToken, request: Request) -> Response:
    """Return 400 for a form of an expired or foreign session, or a program with cookies."""
    if is_for_programs(request):
        detail = (
            "a request with a cookie needs the token of its session (X-CSRF-Token); "
            "a program sends an API token instead (Authorization: Bearer hui_…), or no cookies"
        )
        return http_error(HTTPBadRequest(detail), request)
    sentence = _(
        "This form has expired or does not belong to this site. Please open its page again."
    )
    return http_error(HTTPBadRequest(sentence), request)


@exception_view_config(OSError)
def system_error(error: OSError, request: Request) -> Response:
    """Return 503 if the machine lacks descriptors, disk space or memory; else report a bug."""
    if error.errno not in OUT_OF_RESOURCES:
        return bug(error, request)
    unavailable = StorageUnavailable(f"the machine is out of resources: {error.strerror}")
    unavailable.__cause__ = error
    return known_error(unavailable, request)


@exception_view_config(Exception)
def bug(error: Exception, request: Request) -> Response:
    """Log an unexpected error with its traceback; return 500 without details."""
    failures.write(request, error)
    return error_response(
        request, 500, _("An internal error occurred. The details are in the server log.")
    )


def _sentence(text: str) -> str:
    if isinstance(text, TranslationString):
        return text
    text = text.strip()
    return text[:1].upper() + text[1:] + ("" if text.endswith((".", "!", "?")) else ".")


def _methods_of(request: Request) -> list[str]:
    """Return the methods that views of this context and name accept."""
    context, name = request.context, request.view_name
    methods: set[str] = set()
    for entry in request.registry.introspector.get_category("views") or ():
        view = entry["introspectable"]
        view_context = view["context"]
        fits = view["name"] == name and (
            isinstance(context, view_context)
            if isinstance(view_context, type)
            else view_context in providedBy(context)
        )
        if fits and view["request_methods"]:
            named = view["request_methods"]
            # Pyramid keeps a single name as a string, and accepts HEAD where it accepts GET.
            methods.update({named} if isinstance(named, str) else named)
    if "GET" in methods:
        methods.add("HEAD")
    return sorted(methods)
