"""The help page for visitors."""

from __future__ import annotations

from typing import Any

from pyramid.request import Request
from pyramid.security import NO_PERMISSION_REQUIRED
from pyramid.view import view_config

from ..presentation.help import sections
from ..resources import Root


@view_config(
    context=Root,
    name="help",
    request_method="GET",
    permission=NO_PERMISSION_REQUIRED,
    renderer="huimages_app:templates/help.pt",
)
def help_page(request: Request) -> dict[str, Any]:
    """Show what the client may do on this site, and how.

    Visitors of a share link may have no permission for the rest of the site; they have the
    sections for everyone.
    """
    return {"sections": list(sections(request.site))}
