"""Pictures themselves: `/SIZE/ID[/NAME]`.  No cookie is read or set here."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import quote

from pyramid.httpexceptions import HTTPFound
from pyramid.request import Request
from pyramid.response import Response
from pyramid.security import NO_PERMISSION_REQUIRED
from pyramid.view import view_config
from webob.static import FileIter

from ..config.settings import Settings
from ..domain.formats import best_format
from ..errors import OtherFocus
from ..services.open_image import OpenImage
from .image_headers import FOR_EVER, FOR_NOW, picture_headers
from .resources import ImageFile

# Where deploy/nginx.conf has the cache for answers of ours only.
NGINX_CACHE = "/huimages-cache"
# What the web server in front finds out by itself.
_OF_THE_FILE = {"Content-Length", "Last-Modified", "Accept-Ranges"}
# What is said about a picture and not about a part that it has not.
_OF_A_WHOLE = {"Cache-Control", "ETag", "Last-Modified", "Content-Disposition"}


@view_config(context=ImageFile, request_method=("GET", "HEAD"), permission=NO_PERMISSION_REQUIRED)
def image_file(context: ImageFile, request: Request) -> Response:
    """A rendition, or the original."""
    services = request.services
    if request.method == "HEAD":
        request.range = None  # parts are for GET alone: RFC 9110, 14.2
    admission = services.sizes.authorize(
        context.size, request.path_info, request.GET.get("s", ""), request.GET.get("e", "")
    )
    if context.size.is_original:
        if redirect := _elsewhere(context, request, admission.expires):
            return redirect
        response = picture_response(services.renditions.original(context.image_id))
        if context.filename:
            # Also where the name's ending is not the original's: it is what was asked for.
            response.content_disposition = f"inline; filename*=UTF-8''{quote(context.filename)}"
    else:
        try:
            response = _rendition(context, request, any_focus=admission.any_focus)
        except OtherFocus as error:
            return _moved(context, request, error.focus)
    if admission.expires is not None:
        # No cache hands out what the signature no longer covers.
        seconds = max(0, admission.expires - int(time.time()))
        if response.cache_control.max_age > seconds:
            response.headers["Cache-Control"] = f"public, max-age={seconds}"
    return response


def _rendition(context: ImageFile, request: Request, *, any_focus: bool) -> Response:
    services, caching = request.services, FOR_EVER
    varies = context.format is None
    if context.format is None:
        best = best_format(request.headers.get("Accept", ""))
        served, is_best = services.negotiation.get(
            context.image_id, context.size, best, any_focus=any_focus
        )
        caching = FOR_EVER if is_best else FOR_NOW
    else:
        served = services.renditions.get(
            context.image_id, context.size, context.format, any_focus=any_focus
        )
    settings: Settings = request.registry.settings["huimages"]
    if settings.accel != "off" and served.cached is not None:
        served.close()
        headers = picture_headers(served, caching, varies=varies)
        return _sent_by_server(settings, served.cached, headers)
    return picture_response(served, caching, varies=varies)


def _sent_by_server(settings: Settings, file: Path, headers: list[tuple[str, str]]) -> Response:
    """The web server in front puts the file's bytes in, and answers ranges and validators."""
    if settings.accel == "nginx":
        path = f"{NGINX_CACHE}/{file.relative_to(settings.cache_path)}"
        address = ("X-Accel-Redirect", quote(path, safe="/!,@"))
    else:
        address = ("X-Sendfile", quote(str(file.absolute()), safe="/!,@"))
    kept = [header for header in headers if header[0] not in _OF_THE_FILE]
    return Response(headerlist=[*kept, address], body=b"")


def _elsewhere(context: ImageFile, request: Request, expires: int | None) -> Response | None:
    """The way to the store itself, if originals are handed out there."""
    seconds = request.registry.settings["huimages"].s3_redirect
    if expires is not None:
        seconds = min(seconds, expires - int(time.time()))
    # The address is signed for GET.
    if seconds < 1 or request.method != "GET":
        return None
    address = request.services.renditions.original_address(
        context.image_id, context.filename, seconds
    )
    if address is None:
        return None
    response = HTTPFound(address)
    # No cache keeps it so long that the address is no longer good.
    response.headers["Cache-Control"] = f"public, max-age={seconds // 2}"
    return response


def _moved(context: ImageFile, request: Request, focus: tuple[int, int]) -> Response:
    """Where the picture is since its focal point was moved; other sites keep old addresses."""
    size = str(replace(context.size, focus=focus))
    rest = request.path_info.partition("/")[2].partition("/")[2]
    response = HTTPFound(f"{request.script_name}/{quote(f'{size}/{rest}', safe='/!,@=:')}")
    response.headers["Cache-Control"] = "public, max-age=300"
    return response


def picture_response(
    served: OpenImage, caching: str = FOR_EVER, *, varies: bool = False
) -> Response:
    """An open picture, which is closed with the answer; parts of it too."""
    return _PictureResponse(
        app_iter=_Body(served),
        headerlist=picture_headers(served, caching, varies=varies),
        conditional_response=True,  # answers If-None-Match, If-Modified-Since and Range
    )


class _PictureResponse(Response):  # type: ignore[misc]
    """A picture, or the part of it that was asked for."""

    def conditional_response_app(self, environ: Any, start_response: Any) -> Any:
        def start(status: str, headers: list[tuple[str, str]], *error: Any) -> Any:
            if status.startswith("416"):
                # WebOb leaves the headers of the picture.  A shared cache that kept this
                # answer would give it, for a year, to everybody who wants the whole.
                headers = [header for header in headers if header[0] not in _OF_A_WHOLE]
                headers.append(("Cache-Control", "no-store"))
            return start_response(status, headers, *error)

        return super().conditional_response_app(environ, start)


class _Body(FileIter):  # type: ignore[misc]
    """The open picture, closed with the answer even if nobody reads it (HEAD, 304)."""

    def __init__(self, served: OpenImage) -> None:
        super().__init__(served.file)
        self._served = served

    def close(self) -> Any:
        self._served.close()
