"""Pages and downloads of a share link.  Visitors need the token, and no permission."""

from __future__ import annotations

import hashlib
from itertools import islice
from typing import Any
from urllib.parse import quote

from pyramid.httpexceptions import HTTPSeeOther
from pyramid.renderers import render_to_response
from pyramid.request import Request
from pyramid.response import Response
from pyramid.security import NO_PERMISSION_REQUIRED
from pyramid.view import view_config

from ...domain.shares import Share
from ...errors import TooManyAttempts
from ...observation.metrics import SIGN_INS
from ...services import audit
from ...services.login_throttle import network_of
from ...services.zip_download import rendition_filename
from ..image_files import picture_response
from ..presentation.archives import MAX_IMAGES, zip_response
from ..presentation.i18n import _
from ..presentation.shared_pictures import RENEW_AFTER, SharedPictures
from ..security.cookies import has_session
from ..share_resources import SharedImage, SharePage

PER_PAGE = 60
_SESSION = "shares"  # in the session: IDs of unlocked share links, and a hash for each
_MAX_UNLOCKED = 20
_LOCKED = "huimages_app:templates/share_locked.pt"


@view_config(
    context=SharePage,
    request_method="GET",
    permission=NO_PERMISSION_REQUIRED,
    renderer="huimages_app:templates/shared.pt",
)
def shared(context: SharePage, request: Request) -> dict[str, Any] | Response:
    """Show the pictures of a share link, or the form for its password.

    `?renew` is a request of the page itself for new signatures, which is not counted.
    """
    share = request.services.shares.open(context.token)
    if not _is_unlocked(share, request):
        return _locked(request)
    cursor = request.GET.get("cursor") or None
    page = request.services.shares.page(share, PER_PAGE, cursor)
    if request.method == "GET" and cursor is None and "renew" not in request.GET:
        request.services.shares.count_view(context.token)
    pictures, path = SharedPictures(request, share, context.token), request.site.path
    return {
        "share": share,
        "text": _text_of(share, request),
        "pictures": pictures.pictures(page.images),
        "sizes": list(pictures.sizes),
        "here": path("share", context.token),
        "next": path("share", context.token, cursor=page.next) if page.next else None,
        "renew_after": RENEW_AFTER,
    }


@view_config(context=SharePage, request_method="POST", permission=NO_PERMISSION_REQUIRED)
def unlock(context: SharePage, request: Request) -> Response:
    """Unlock a share link for this browser with its password, the field `password`."""
    share = request.services.shares.open(context.token)
    password = request.POST.get("password", "")
    try:
        is_right = _is_right(share, password if isinstance(password, str) else "", request)
    except TooManyAttempts as error:
        problem = _(
            "Too many failed attempts. Please try again in ${seconds} seconds.",
            mapping={"seconds": error.seconds},
        )
        response = _locked(request, problem, 429)
        response.retry_after = error.seconds
        return response
    if not is_right:
        return _locked(request, _("The password is wrong."), 401)
    unlocked = dict(request.session.get(_SESSION, {}))
    unlocked.pop(share.id, None)
    unlocked[share.id] = _proof(share)
    request.session[_SESSION] = dict(list(unlocked.items())[-_MAX_UNLOCKED:])
    return HTTPSeeOther(request.site.path("share", context.token))


@view_config(
    context=SharePage, name="download", request_method="GET", permission=NO_PERMISSION_REQUIRED
)
def download_all(context: SharePage, request: Request) -> Response:
    """Return all pictures as a ZIP, in `?size=` and `format=`; or `size=original`."""
    share = request.services.shares.open(context.token)
    if not _is_unlocked(share, request):
        return HTTPSeeOther(request.site.path("share", context.token))
    pictures = SharedPictures(request, share, context.token)
    rendition = pictures.chosen()
    images = list(islice(request.services.shares.images(share), MAX_IMAGES + 1))
    return zip_response(request, pictures.downloadable(images), rendition, share.title)


@view_config(
    context=SharedImage,
    request_method="GET",
    permission=NO_PERMISSION_REQUIRED,
    renderer="huimages_app:templates/shared_picture.pt",
)
def shared_picture(context: SharedImage, request: Request) -> dict[str, Any] | Response:
    """Show one picture of a share link."""
    share = request.services.shares.open(context.token)
    if not _is_unlocked(share, request):
        return HTTPSeeOther(request.site.path("share", context.token))
    image = request.services.shares.image(share, context.image_id)
    pictures = SharedPictures(request, share, context.token)
    return {
        "share": share,
        "picture": pictures.picture(image) if pictures.sizes else None,
        "sizes": list(pictures.sizes),
        "up": request.site.path("share", context.token),
    }


@view_config(
    context=SharedImage, name="download", request_method="GET", permission=NO_PERMISSION_REQUIRED
)
def download(context: SharedImage, request: Request) -> Response:
    """Return one picture of a share link in `?size=` and `format=`; or `size=original`."""
    services = request.services
    share = services.shares.open(context.token)
    if not _is_unlocked(share, request):
        return HTTPSeeOther(request.site.path("share", context.token))
    image = services.shares.image(share, context.image_id)
    pictures = SharedPictures(request, share, context.token)
    (named,) = pictures.downloadable([image])
    if chosen := pictures.chosen():
        size, format_ = chosen
        served = services.renditions.get(image.id, image.shown_in(size), format_)
        name = rendition_filename(named.filename, size, format_)
    else:
        served = services.renditions.original(image.id)
        name = named.filename
    response = picture_response(served)
    response.content_disposition = f"attachment; filename*=UTF-8''{quote(name)}"
    response.headers["Cache-Control"] = "private, no-store"
    return response


def _is_unlocked(share: Share, request: Request) -> bool:
    if not share.password:
        return True
    # Access to the session creates one.
    unlocked = request.session.get(_SESSION, {}) if has_session(request) else {}
    return bool(unlocked.get(share.id) == _proof(share))


def _proof(share: Share) -> str:
    # A share link that is made anew has another password hash, even with the same password.
    return hashlib.sha256(share.password.encode()).hexdigest()[:32]


def _is_right(share: Share, password: str, request: Request) -> bool:
    """Return whether the password is right; raises TooManyAttempts."""
    throttle, name = request.services.throttle, f"share:{share.id}"
    network = network_of(request.client_ip)
    try:
        throttle.record_attempt(name, network, shared=True)
    except TooManyAttempts:
        SIGN_INS.labels("throttled").inc()
        raise
    if not request.services.shares.unlocks(share, password):
        audit.record("share link: wrong password", share=share.id)
        SIGN_INS.labels("refused").inc()
        return False
    throttle.record_success(name, network, shared=True)
    SIGN_INS.labels("accepted").inc()
    return True


def _locked(request: Request, problem: str = "", status: int = 200) -> Response:
    response = render_to_response(_LOCKED, {"problem": problem}, request=request)
    response.status_int = status
    # With no-referrer a browser sends the form with `Origin: null`, as pages of other sites may.
    response.headers["Referrer-Policy"] = "same-origin"
    return response


def _text_of(share: Share, request: Request) -> str:
    if share.target.kind != "collection":
        return ""
    return str(request.services.collections.get(share.target.value).description)
