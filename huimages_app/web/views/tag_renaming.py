"""The form for editors that renames and merges tags."""

from __future__ import annotations

from typing import Any

from pyramid.httpexceptions import HTTPSeeOther
from pyramid.request import Request
from pyramid.view import view_config

from ...domain.tags import parse_tags
from ...domain.text import clean_tag
from ...errors import BadInput
from ...services.permissions import EDIT
from ..presentation.form_fields import field
from ..resources import Root

_PAGE = "huimages_app:templates/rename_tag.pt"


@view_config(context=Root, name="rename-tag", request_method="GET", permission=EDIT, renderer=_PAGE)
def rename_form(context: Root, request: Request) -> dict[str, Any]:
    """Show the form for the tag `?tag=`."""
    return _page(request, request.GET.get("tag", ""), "")


@view_config(
    context=Root, name="rename-tag", request_method="POST", permission=EDIT, renderer=_PAGE
)
def rename(context: Root, request: Request) -> dict[str, Any] | HTTPSeeOther:
    """Begin the job: fields `tags`, one or several, `into`, and `merge` to unite with others."""
    tags, into = field(request, "tags"), field(request, "into")
    renaming = request.services.tag_renaming
    try:
        given = parse_tags(tags)
        if "merge" in request.POST or len(given) > 1:
            job = renaming.merge(given, into)
        else:
            job = renaming.rename(tags, into)
    except BadInput as error:
        request.response.status_int = 400
        return _page(request, tags, into, problem=str(error))
    return HTTPSeeOther(request.site.path("job", job.id))


def _page(request: Request, tags: str, into: str, *, problem: str = "") -> dict[str, Any]:
    tag = clean_tag(tags)[:65]
    spelling = request.services.images.spellings([tag]).get(tag, tags[:500]) if tag else ""
    return {"tags": spelling, "into": into, "problem": problem}
