"""Actions on several images: the form below every grid."""

from __future__ import annotations

from urllib.parse import urlencode

from pyramid.httpexceptions import HTTPSeeOther
from pyramid.request import Request
from pyramid.response import Response
from pyramid.view import view_config

from ...domain.tags import by_tag, parse_tags
from ...errors import BadInput
from ...services.permissions import CONTRIBUTE, EDIT, VIEW
from ..presentation.archives import MAX_IMAGES as MAX_IN_ZIP
from ..presentation.archives import zip_response
from ..presentation.batch import MAX_IMAGES, chosen_ids, for_each, remove_tags, require
from ..presentation.collecting import collect, take_out
from ..presentation.everything import begin_tagging, everything, images_of, is_everything
from ..presentation.jobs import edit_chosen
from ..presentation.requested_sizes import chosen_rendition
from ..presentation.responses import Undo, changed
from ..resources import Selection

_VERBS = {"tag": "add", "untag": "remove"}  # actions on tags, as jobs call them


@view_config(context=Selection, request_method="POST", permission=VIEW)
def selection(context: Selection, request: Request) -> Response:
    """Apply an action to images.

    Fields `id`, once for each image, or `in`, the name of a list, for all that it finds;
    `action`: tag, untag, edit, collect, uncollect, download or trash; `tags`; `collection` or the
    `title` of a new one to collect, `out_of` to uncollect; for a download in another form than the
    original, `size` and `format`.
    Returns a ZIP for download, a form to edit, else the number of changed images as text, or
    `{"done": [ID, …]}`.  Images that no longer exist are skipped.  Editors change the tags of a
    list by a job: a redirect to its page, or `{"job": ID, "page": PATH}`.
    """
    action = request.POST.get("action", "")
    if is_everything(request):
        return _with_everything(action, request)
    chosen = chosen_ids(request)
    if action == "download":
        images = list(request.services.images.get_many(chosen).values())
        return zip_response(request, images, chosen_rendition(request))
    return _with_images(chosen, action, request)


def _with_everything(action: str, request: Request) -> Response:
    collection, query = everything(request)
    if action == "download":
        images = images_of(query, MAX_IN_ZIP, request)
        return zip_response(request, images, chosen_rendition(request))
    if action == "edit":
        require(EDIT, request)
        site = request.site
        return HTTPSeeOther(site.view_path("job", "edit") + "?" + urlencode({"in": collection.key}))
    if action in _VERBS and request.has_permission(EDIT):
        tags = request.POST.get("tags", "")
        job = begin_tagging(query, _VERBS[action], tags, request)
        page = request.site.path("job", job.id)
        return changed(request, text=job.id, data={"job": job.id, "page": page}, back=page)
    return _with_images(
        [image.id for image in images_of(query, MAX_IMAGES, request)], action, request
    )


def _with_images(chosen: list[str], action: str, request: Request) -> Response:
    if action == "edit":
        require(EDIT, request)
        return edit_chosen(chosen, request)
    if action in {"collect", "uncollect"}:
        require(EDIT, request)
        return (collect if action == "collect" else take_out)(chosen, request)
    if action == "trash":
        require(EDIT, request)
        done = for_each(chosen, request.services.editing.trash)
        return _response(
            request, done, _trashed(request, len(done)), undo=Undo(request.site.path("trash"), done)
        )
    if action in {"tag", "untag"}:
        require(CONTRIBUTE, request)
        tags = parse_tags(request.POST.get("tags", ""))
        if not tags:
            raise BadInput("no tag was given")
        if action == "tag":
            visitor_id, annotations = request.ensure_visitor(), request.services.annotations
            annotations.require_room(chosen, visitor_id, tags)  # before the first is changed
            done = for_each(chosen, lambda id_: annotations.tag(id_, visitor_id, tags))
        else:
            done = for_each(chosen, lambda id_: remove_tags(request, id_, by_tag(tags)))
        return _response(request, done, _tagged(request, len(done)))
    raise BadInput(
        "the field 'action' is invalid; expected tag, untag, edit, collect, uncollect, download "
        "or trash"
    )


@view_config(context=Selection, request_method="GET", permission=VIEW)
def redirect_to_images(context: Selection, request: Request) -> HTTPSeeOther:
    """Redirect a GET of the form's URL, as after a sign-in, to all pictures."""
    return HTTPSeeOther(f"{request.script_name}/image/")


def _response(
    request: Request, done: list[str], notice: str, *, undo: Undo | None = None
) -> Response:
    return changed(request, text=str(len(done)), data={"done": done}, notice=notice, offer=undo)


def _trashed(request: Request, count: int) -> str:
    return request.site.counted(
        "${count} picture was moved to the trash.",
        "${count} pictures were moved to the trash.",
        count,
    )


def _tagged(request: Request, count: int) -> str:
    return request.site.counted(
        "The tags of ${count} picture were changed.",
        "The tags of ${count} pictures were changed.",
        count,
    )
