"""What a form or a script gets back when it has changed something.

Forms of our pages carry `back`, the page they stand on, and are led there.  Scripts ask
for `application/json`.  Whoever does neither gets what huImages 2.2 answered.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import Any

from pyramid.httpexceptions import HTTPSeeOther
from pyramid.request import Request
from pyramid.response import Response

# Characters of a URL that a header repeats.  A web server in front takes a process for dead whose
# headers do not fit into its buffer, of 4 kB by default.
MAX_REDIRECT = 1000

# A path of this site: one slash, and nothing a browser would take for another host.
_LOCAL_PATH = re.compile(r"/(?![/\\])[!-~]*")


# A browser stores at most 4096 bytes per cookie, and an ID takes about 50.
MAX_UNDO = 20


def wants_json(request: Request) -> bool:
    """Whether the client asks for JSON by name and is no browser that shows a page."""
    accept = request.headers.get("Accept", "")
    return "application/json" in accept and "text/html" not in accept


def changed(
    request: Request,
    *,
    text: str,
    data: Any,
    notice: str = "",
    back: str | None = None,
    undo: Sequence[str] = (),
) -> Response:
    """Return a redirect with a notice to a form, `data` as JSON to a script, or else `text`.

    `back` is the redirect's path if it is not that of the form's page.  `undo` are the IDs of
    pictures in the trash that a button in the notice restores.
    """
    if wants_json(request):
        return json_answer(data)
    origin = came_from(request)
    if origin is None:
        return Response(text, content_type="text/plain", charset="utf-8")
    if notice:
        flash(request, notice, undo, origin)
    return HTTPSeeOther(back or origin)


def flash(request: Request, notice: str, undo: Sequence[str] = (), back: str = "") -> None:
    """Show a notice on the next page; its undo button, if any, leads to the path `back`.

    More than MAX_UNDO pictures get no button: the notice is stored in the session cookie.
    """
    restorable = list(undo) if len(undo) <= MAX_UNDO else []
    text = request.localizer.translate(notice)
    request.session.flash({"text": text, "undo": restorable, "back": back})


def came_from(request: Request) -> str | None:
    """The page a form stands on; None if the request comes from none of our forms."""
    origin = request.POST.get("back")
    return None if origin is None else local_path(request, origin)


def local_path(request: Request, path: str) -> str:
    """Return a path that a client sent, if it is a short one of this site; else the start page."""
    is_local = len(path) <= MAX_REDIRECT and _LOCAL_PATH.fullmatch(path)
    return path if is_local else request.script_name + "/"


def json_answer(data: Any, status: int = 200) -> Response:
    """Data as JSON."""
    body = json.dumps(data, ensure_ascii=False)
    return Response(body, status=status, content_type="application/json", charset="utf-8")
