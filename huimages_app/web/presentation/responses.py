"""Responses to changes, for forms, scripts and programs.

Forms of huimages' pages have a field `back`, the path of their page, and are redirected there.
Scripts accept `application/json`.  Other clients get the plain text responses of huImages 2.2.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pyramid.httpexceptions import HTTPSeeOther
from pyramid.request import Request
from pyramid.response import Response

# Characters of a URL in a response header.  A web server in front returns 502 if the headers
# exceed its buffer, by default 4 kB.
MAX_REDIRECT = 1000

# A path of this site: one slash, and nothing that a browser interprets as another host.
_LOCAL_PATH = re.compile(r"/(?![/\\])[!-~]*")


# A browser stores at most 4096 bytes per cookie, and an ID takes about 50.
MAX_UNDO = 20


@dataclass(frozen=True)
class Undo:
    """A button in a notice, which sends the IDs of pictures to a path, with `action=restore`."""

    path: str
    ids: Sequence[str]


@dataclass(frozen=True)
class ShowCollection:
    """A link in a notice to the collection that got pictures; `path` is that of its page."""

    path: str


def wants_json(request: Request) -> bool:
    """Return whether the client accepts JSON explicitly and does not accept HTML."""
    accept = request.headers.get("Accept", "")
    return "application/json" in accept and "text/html" not in accept


def changed(
    request: Request,
    *,
    text: str,
    data: Any,
    notice: str = "",
    back: str | None = None,
    offer: Undo | ShowCollection | None = None,
) -> Response:
    """Return a redirect with a notice to a form, `data` as JSON to a script, or else `text`.

    `back` is the redirect's path if it is not that of the form's page.
    """
    if wants_json(request):
        return json_response(data)
    origin = came_from(request)
    if origin is None:
        return Response(text, content_type="text/plain", charset="utf-8")
    if notice:
        flash(request, notice, offer, origin)
    return HTTPSeeOther(back or origin)


def flash(
    request: Request, notice: str, offer: Undo | ShowCollection | None = None, back: str = ""
) -> None:
    """Show a notice on the next page; its undo button, if any, leads to the path `back`.

    More than MAX_UNDO pictures get no button: the notice is stored in the session cookie.
    """
    entry: dict[str, Any] = {"text": request.localizer.translate(notice), "back": back}
    if isinstance(offer, ShowCollection):
        entry |= {"collection": offer.path}
    elif offer and len(offer.ids) <= MAX_UNDO:
        entry |= {"undo": list(offer.ids), "undo_path": offer.path}
    request.session.flash(entry)


def came_from(request: Request) -> str | None:
    """Return the path of the form's page; None if the request was not sent by a form of a page."""
    origin = request.POST.get("back")
    return None if origin is None else local_path(request, origin)


def local_path(request: Request, path: str) -> str:
    """Return `path` if it is short and of this site, else that of the start page."""
    is_local = len(path) <= MAX_REDIRECT and _LOCAL_PATH.fullmatch(path)
    return path if is_local else request.script_name + "/"


def json_response(data: Any, status: int = 200) -> Response:
    """Return data as JSON."""
    body = json.dumps(data, ensure_ascii=False)
    return Response(body, status=status, content_type="application/json", charset="utf-8")
