"""For load balancers and their operators."""

from __future__ import annotations

from pyramid.request import Request
from pyramid.response import Response
from pyramid.security import NO_PERMISSION_REQUIRED
from pyramid.view import view_config

from ..resources import Root


@view_config(
    context=Root, name="healthz", request_method=("GET", "HEAD"), permission=NO_PERMISSION_REQUIRED
)
def healthz(request: Request) -> Response:
    """The process answers.  Asks no store: a restart would not mend one."""
    return _plain(200, "ok")


@view_config(
    context=Root, name="readyz", request_method=("GET", "HEAD"), permission=NO_PERMISSION_REQUIRED
)
def readyz(request: Request) -> Response:
    """All stores answer; 503 with the names of those that don't."""
    down = request.services.operations.unavailable()
    return _plain(503, f"down: {', '.join(down)}") if down else _plain(200, "ready")


def _plain(status: int, text: str) -> Response:
    response = Response(text + "\n", status=status, content_type="text/plain")
    response.headers["Cache-Control"] = "no-store"
    return response
