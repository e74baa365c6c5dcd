"""Sign-in, sign-out, and the own account."""

from __future__ import annotations

from typing import Any

from pyramid.httpexceptions import HTTPNotFound, HTTPSeeOther
from pyramid.i18n import TranslationString
from pyramid.request import Request
from pyramid.response import Response
from pyramid.security import NO_PERMISSION_REQUIRED
from pyramid.view import view_config

from ...errors import BadInput, TooManyAttempts
from ...observation.metrics import SIGN_INS
from ...services import audit
from ...services.accounts import Account
from ...services.container import Services
from ...services.login_throttle import network_of
from ...services.permissions import VIEW
from ..presentation.i18n import _
from ..presentation.responses import flash, local_path
from ..resources import Root
from ..security import visitors
from ..security.identity import sign_in, sign_out


@view_config(
    context=Root,
    name="login",
    request_method="GET",
    permission=NO_PERMISSION_REQUIRED,
    renderer="huimages_app:templates/login.pt",
)
def login_form(request: Request) -> dict[str, Any]:
    """Show the form; `?back=` is the path after the sign-in."""
    return {"problem": "", "name": "", "back": local_path(request, request.GET.get("back", ""))}


@view_config(
    context=Root,
    name="login",
    request_method="POST",
    permission=NO_PERMISSION_REQUIRED,
    renderer="huimages_app:templates/login.pt",
)
def login(request: Request) -> Any:
    """Sign in; show the form again if name or password is wrong."""
    name, password, back = (_text(request, field) for field in ("name", "password", "back"))
    back = local_path(request, back)
    try:
        account = _authenticate(request, name, password)
    except TooManyAttempts as error:
        return {"problem": _too_often(error, request), "name": name, "back": back}
    if account is None:
        request.response.status_int = 401
        return {"problem": _("Name or password is wrong."), "name": name, "back": back}
    visitors.become(request, account.visitor_id)
    sign_in(request, account)
    return HTTPSeeOther(back)


@view_config(context=Root, name="logout", request_method="POST", permission=NO_PERMISSION_REQUIRED)
def logout(request: Request) -> Response:
    """Sign out on this device; with `everywhere` on all devices."""
    identity = request.identity
    if identity.is_signed_in and not identity.by_proxy:
        if _text(request, "everywhere"):
            request.services.accounts.end_sessions(identity.account)
        audit.record("signed out")
    sign_out(request)
    return HTTPSeeOther(local_path(request, ""))


@view_config(
    context=Root,
    name="account",
    request_method="GET",
    permission=VIEW,
    renderer="huimages_app:templates/account.pt",
)
def own_account(request: Request) -> dict[str, Any]:
    """Show the own account."""
    return {"account": _own(request), "problem": ""}


@view_config(
    context=Root,
    name="account",
    request_method="POST",
    permission=VIEW,
    renderer="huimages_app:templates/account.pt",
)
def change_password(request: Request) -> Any:
    """Set a new password, if the current one is right; end all other sessions."""
    account = _own(request)
    try:
        if _authenticate(request, account.name, _text(request, "password")) is None:
            raise BadInput(_("The current password is wrong."))
        accounts = request.services.accounts
        accounts.set_password(account.name, _text(request, "new_password"))
    except TooManyAttempts as error:
        return {"account": account, "problem": _too_often(error, request)}
    except BadInput as error:
        request.response.status_int = 400
        return {"account": account, "problem": error.args[0]}
    sign_in(request, accounts.get(account.name))
    flash(request, _("The password was changed. All other devices were signed out."))
    return HTTPSeeOther(request.site.view_path("account"))


def _authenticate(request: Request, name: str, password: str) -> Account | None:
    """Return the account if the password is right; raises TooManyAttempts."""
    services: Services = request.services
    name = name.strip().lower()
    network = network_of(request.client_ip)
    existing = services.accounts.get(name)
    known = existing.client_ips if existing else ()
    try:
        services.throttle.record_attempt(name, network, known)
    except TooManyAttempts:
        SIGN_INS.labels("throttled").inc()
        raise
    account = services.accounts.authenticate(name, password)
    if account is None:
        # People sometimes type the password as the name: only existing names are logged.
        audit.record("sign-in failed", account=name if existing else "(unknown)")
        SIGN_INS.labels("refused").inc()
        return None
    services.throttle.record_success(name, network, known)
    services.accounts.signed_in(name, network)
    audit.record("signed in", account=name)
    SIGN_INS.labels("accepted").inc()
    return account


def _too_often(error: TooManyAttempts, request: Request) -> TranslationString:
    """Set status 429 and Retry-After; return the sentence for the page."""
    request.response.status_int = 429
    request.response.retry_after = error.seconds
    return _(
        "Too many failed attempts. Please try again in ${seconds} seconds.",
        mapping={"seconds": error.seconds},
    )


def _own(request: Request) -> Account:
    identity = request.identity
    account = request.services.accounts.get(identity.account)
    if account is None or not account.has_password or identity.by_proxy:
        raise HTTPNotFound("the client is not signed in to an account with a password")
    return account


def _text(request: Request, field: str) -> str:
    value = request.POST.get(field, "")
    return value if isinstance(value, str) else ""
