"""Upload of images: the form, and the URL of huImages 2.2 for programs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, BinaryIO

from pyramid.httpexceptions import HTTPSeeOther
from pyramid.request import Request
from pyramid.response import Response
from pyramid.view import view_config

from ...domain.batches import new_batch
from ...domain.ids import parse_image_id
from ...domain.models import Image
from ...domain.tags import parse_tags
from ...domain.text import clean_title
from ...errors import BadUpload
from ...services.image_patch import ImagePatch
from ...services.permissions import EDIT, UPLOAD, VIEW
from ...services.uploads import PROGRAM, UploadResult
from ..errors import status_of
from ..errors.responses import reason_of
from ..presentation.form_fields import REFERENCE, article_numbers, field
from ..presentation.grids import GridItem, thumb_of, title_of
from ..presentation.i18n import _
from ..presentation.likeness import Similar, similar_of
from ..presentation.responses import came_from, flash, json_response, wants_json
from ..presentation.uploaded_files import no_files, uploaded_files
from ..resources import Upload

_MAX_SIMILAR = 3


@dataclass(frozen=True)
class Outcome:
    """Result of one file: an image, or the reason for the refusal."""

    filename: str
    picture: GridItem | None = None
    is_new: bool = False
    similar: Sequence[Similar] = ()
    reason: str = ""  # in the language of the page
    detail: str = ""  # the message of the error, in English
    status: int = 200

    def data(self, request: Request) -> dict[str, Any]:
        """Return the result as JSON, for scripts."""
        if self.picture is None:
            return {"filename": self.filename, "error": self.reason, "detail": self.detail}
        return {
            "filename": self.filename,
            "id": self.picture.id,
            "title": self.picture.title,
            "url": self.picture.href,
            "thumb": self.picture.src,
            "new": self.is_new,
            "alike": [other.data(request) for other in self.similar],
        }


@view_config(
    context=Upload,
    request_method="GET",
    permission=UPLOAD,
    renderer="huimages_app:templates/upload.pt",
)
def upload_page(request: Request) -> dict[str, Any]:
    """Show the form."""
    return _page(request, [])


@view_config(
    context=Upload,
    request_method="POST",
    permission=UPLOAD,
    renderer="huimages_app:templates/upload.pt",
)
def upload_form(request: Request) -> dict[str, Any] | Response:
    """Store the files of the form.

    Fields `uploadfile`, once for each picture; `title`, `tags`, `artnr` and `ref.KEY`, a value of
    another reference, apply to all; `batch`, an ID that the page generates, is part of the link to
    these pictures.  A form with the field `back` leads there if all are accepted. Returns the
    result of each as a page or as JSON: `{"files": [{"filename", "id", "title", "url", "thumb",
    "new", "alike"}, {"filename", "error", "detail"}, …]}`.  The status is that of the first error
    if no file was accepted.
    """
    files = uploaded_files(request)
    if not files:
        return _without_files(request)
    outcomes = [_outcome(request, name, file) for name, file in files]
    status = 200 if any(outcome.picture for outcome in outcomes) else outcomes[0].status
    if wants_json(request):
        return json_response({"files": [outcome.data(request) for outcome in outcomes]}, status)
    back = came_from(request)
    if back is not None and all(outcome.picture for outcome in outcomes):
        notice = request.site.counted(
            "${count} picture uploaded.", "${count} pictures uploaded.", len(outcomes)
        )
        flash(request, notice)
        return HTTPSeeOther(back)
    request.response.status_int = status
    return _page(request, outcomes)


@view_config(context=Upload, name="api", request_method="POST", permission=UPLOAD)
def upload_api(request: Request) -> Response:
    """Store one file.

    Field `uploadfile`; parameters `title`, `tags` and `artnr` of the query.
    Returns the ID as plain text, or the JSON of `upload_form` for the one file.
    """
    files = uploaded_files(request)
    if not files:
        raise no_files()
    filename, file = files[0]
    added = _added(request, filename, file, request.GET)
    if wants_json(request):
        return json_response(_outcome_of(request, filename, added).data(request))
    return Response(added.image.id, content_type="text/plain")


@view_config(context=Upload, name="permission", request_method="GET", permission=UPLOAD)
def may_upload(request: Request) -> Response:
    """Return 204: the web server in front requests it before it reads the body of an upload."""
    return Response(status=204)


@view_config(context=Upload, name="known", request_method="GET", permission=UPLOAD)
def known(request: Request) -> Response:
    """Return whether the image `?id=` is stored already and need not be sent.

    The JSON is that of `upload_form`, with an empty list if the image is not stored.
    """
    image = _known(request, request.GET.get("id", ""))
    return _known_response(request, image)


@view_config(context=Upload, name="known", request_method="POST", permission=UPLOAD)
def describe_known(request: Request) -> Response:
    """Upload a picture that is stored already: field `id` replaces the file.

    The other fields are added to the image.  Returns the same JSON as `known`.
    """
    image = _known(request, field(request, "id"))
    if image is not None:
        patch = _patch(request, request.POST.get("filename", ""), request.POST)
        patch = request.services.uploads.completed(patch)
        image = request.services.editing.update(image.id, patch)
        if tags := parse_tags(request.POST.get("tags", "")):
            request.services.annotations.tag(image.id, request.ensure_visitor(), tags)
    return _known_response(request, image)


def _known(request: Request, text: str) -> Image | None:
    # An image in the trash is restored by an upload of its file.
    image_id = parse_image_id(text)
    return request.services.images.get_many([image_id]).get(image_id)


def _known_response(request: Request, image: Image | None) -> Response:
    results = [UploadResult(image, is_new=False)] if image else []
    files = [_outcome_of(request, "", result).data(request) for result in results]
    return json_response({"files": files})


def _page(request: Request, outcomes: list[Outcome], problem: str = "") -> dict[str, Any]:
    settings = request.registry.settings["huimages"]
    most = request.site.megabytes(settings.upload.max_bytes)
    hint = _(
        "JPEG, PNG, WebP, AVIF, HEIC, GIF or TIFF, up to ${most} per file.", mapping={"most": most}
    )
    return {
        "hint": hint,
        # Refused files first: they need attention.
        "outcomes": sorted(outcomes, key=lambda outcome: outcome.picture is not None),
        "max_bytes": settings.upload.max_bytes,
        "takes_artnr": settings.upload.artnr_pattern is not None,
        "problem": problem,
        # The share menu of a phone led here: static/js/share_worker.js keeps the pictures.
        "shared": request.method == "GET" and "shared" in request.GET,
        # The result of a sent form is shown; the next form is a new upload.
        "batch": new_batch(),
        "sent_batch": request.POST.get("batch", ""),
        # Texts are kept if the form is shown again because it lacks a picture.
        "entered": {
            name: request.POST.get(name, "") if problem else ""
            for name in ("title", "tags", "artnr")
        },
    }


def _outcome(request: Request, filename: str, file: BinaryIO) -> Outcome:
    try:
        return _outcome_of(request, filename, _added(request, filename, file, request.POST))
    except BadUpload as error:
        # Other files of the form are still accepted; any other error ends the request.
        reason = request.localizer.translate(reason_of(error))
        return Outcome(filename, reason=reason, detail=str(error), status=status_of(error))


def _outcome_of(request: Request, filename: str, added: UploadResult) -> Outcome:
    href = request.site.path("image", added.image.id)
    picture = thumb_of(added.image, href, request)
    name = filename or title_of(added.image, request)
    return Outcome(name, picture, added.is_new, _similar(added, request))


def _similar(added: UploadResult, request: Request) -> list[Similar]:
    """Return some images that look like a new one; none to a client that may only upload."""
    if not added.is_new or not request.site.may(VIEW):
        return []
    found = request.services.duplicates.found_at_upload(added.image)
    return similar_of(added.image, found[:_MAX_SIMILAR], request)


def _added(
    request: Request, filename: str, file: BinaryIO, texts: Mapping[str, str]
) -> UploadResult:
    patch, tags = _patch(request, filename, texts), parse_tags(texts.get("tags", ""))
    visitor_id = request.ensure_visitor() if tags else PROGRAM
    return request.services.uploads.add(file, patch, tags=tags, visitor_id=visitor_id)


def _patch(request: Request, filename: str, texts: Mapping[str, str]) -> ImagePatch:
    references = _references(texts)
    numbers = [*references.pop("artnr", ()), *article_numbers(texts.get("artnr", ""))]
    title, may_edit = clean_title(texts.get("title", "")), request.has_permission(EDIT)
    return ImagePatch(
        title=(title or None) if may_edit else None,
        # A repeated upload must not rename the picture.
        default_title="" if may_edit else title,
        default_filename=filename,
        added_references={**references, "artnr": numbers},
        batch=texts.get("batch", ""),
    )


def _references(texts: Mapping[str, str]) -> dict[str, list[str]]:
    """Return the values in the fields `ref.KEY`, which are not split."""
    names = [name for name in texts if name.startswith(REFERENCE)]
    return {name.removeprefix(REFERENCE): [texts[name]] for name in names}


def _without_files(request: Request) -> dict[str, Any]:
    """Return the form with a sentence that it lacks a picture; raise BadInput for programs."""
    if wants_json(request) or "text/html" not in request.headers.get("Accept", ""):
        raise no_files()
    request.response.status_int = 400
    return _page(request, [], problem=_("Please choose at least one picture."))
