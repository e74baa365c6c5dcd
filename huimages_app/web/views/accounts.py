"""Accounts and tokens, for admins."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from pyramid.httpexceptions import HTTPSeeOther
from pyramid.i18n import TranslationString
from pyramid.request import Request
from pyramid.response import Response
from pyramid.view import view_config

from ...errors import BadInput
from ...services.accounts import MIN_PASSWORD, SIGN_IN_ROLES
from ...services.permissions import ADMINISTER, SCOPES
from ..presentation.i18n import _
from ..presentation.responses import flash
from ..resources import Accounts

_TEMPLATE = "huimages_app:templates/accounts.pt"
_MAX_DAYS = 10 * 365
_DAYS = re.compile(r"[0-9]{1,6}")


@view_config(context=Accounts, request_method="GET", permission=ADMINISTER, renderer=_TEMPLATE)
def accounts(request: Request) -> dict[str, Any]:
    """Show all accounts and tokens."""
    return _page(request)


@view_config(context=Accounts, request_method="POST", permission=ADMINISTER, renderer=_TEMPLATE)
def change_account(request: Request) -> dict[str, Any] | Response:
    """Do what the field `action` names; show the page with the reason if that fails."""
    try:
        action = _ACTIONS.get(_text(request, "action"))
        if action is None:
            raise BadInput(f"the field 'action' is unknown; expected one of {', '.join(_ACTIONS)}")
        notice = action(request)
    except BadInput as error:
        request.response.status_int = 400
        return _page(request, problem=error.args[0])
    flash(request, notice)
    return HTTPSeeOther(request.site.path("accounts"))


@view_config(
    context=Accounts,
    name="token",
    request_method="POST",
    permission=ADMINISTER,
    renderer=_TEMPLATE,
)
def add_token(request: Request) -> dict[str, Any]:
    """Create a token, and show its text this once."""
    days = _text(request, "days").strip()
    try:
        if days and not (_DAYS.fullmatch(days) and 1 <= int(days) <= _MAX_DAYS):
            raise BadInput(_("The lifetime must be empty or a number of days from 1 to 3650."))
        _token, text = request.services.tokens.add(
            _text(request, "name"),
            [str(scope) for scope in request.POST.getall("scope")],
            timedelta(days=int(days)) if days else None,
        )
    except BadInput as error:
        request.response.status_int = 400
        return _page(request, problem=error.args[0])
    request.response.headers["Cache-Control"] = "no-store"
    return _page(request, new_token=text)


def _add(request: Request) -> TranslationString:
    name = _text(request, "name")
    request.services.accounts.add(
        name,
        _text(request, "role"),
        # A proxy signs in accounts without a password.
        _text(request, "password") or None,
    )
    return _("The account ${name} was added.", mapping={"name": name})


def _set_role(request: Request) -> TranslationString:
    _not_oneself(request)
    name, role = _text(request, "name"), _text(request, "role")
    request.services.accounts.set_role(name, role)
    return _("The role of ${name} is ${role} now.", mapping={"name": name, "role": role})


def _set_password(request: Request) -> TranslationString:
    name = _text(request, "name")
    request.services.accounts.set_password(name, _text(request, "password"))
    request.services.throttle.clear(name)
    return _("The password of ${name} was changed.", mapping={"name": name})


def _remove(request: Request) -> TranslationString:
    _not_oneself(request)
    name = _text(request, "name")
    request.services.accounts.remove(name)
    return _("The account ${name} was removed.", mapping={"name": name})


def _revoke(request: Request) -> TranslationString:
    request.services.tokens.revoke(_text(request, "token"))
    return _("The token was revoked.")


# Each returns the notice to show.
_ACTIONS: dict[str, Callable[[Request], TranslationString]] = {
    "add": _add,
    "role": _set_role,
    "password": _set_password,
    "remove": _remove,
    "revoke": _revoke,
}


def _not_oneself(request: Request) -> None:
    if _text(request, "name") == request.identity.account:
        raise BadInput(_("You cannot change the role of your own account or remove it."))


def _page(request: Request, *, problem: str = "", new_token: str = "") -> dict[str, Any]:
    return {
        "accounts": request.services.accounts.all(),
        "tokens": request.services.tokens.all(),
        "roles": SIGN_IN_ROLES,
        "scopes": list(SCOPES),
        "min_password": MIN_PASSWORD,
        "problem": problem,
        "new_token": new_token,
    }


def _text(request: Request, field: str) -> str:
    value = request.POST.get(field, "")
    return value if isinstance(value, str) else ""
