"""The size picker of the image page: a size, its preview, and the texts to copy."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass

from pyramid.i18n import TranslationString
from pyramid.request import Request

from ...domain.formats import FORMATS, JPEG, Format, parse_format
from ...domain.models import Image
from ...domain.sizes import Size
from ...errors import (
    BadSize,
    CorruptOriginal,
    ServerBusy,
    SizeNotAllowed,
    StorageUnavailable,
    UnknownFormat,
)
from ...services.size_policy import Grant
from ...services.urls import UrlBuilder
from .i18n import _
from .requested_sizes import FORMAT_LABELS, requestable_names, require_requestable

_USUAL = "1024x768"
_DENSITIES = (1, 2, 3)
# A longer text is no size.
_MAX_LENGTH = 60


@dataclass(frozen=True)
class Choice:
    """A named size, or an option of a list."""

    value: str
    label: str
    is_current: bool


@dataclass(frozen=True)
class Snippet:
    """A text to copy."""

    name: str
    text: str


@dataclass(frozen=True)
class Rendition:
    """The picture in the chosen size.  `length` in bytes; None if it is not made yet."""

    src: str
    width: int
    height: int
    format: str
    length: int | None
    download: str
    snippets: Sequence[Snippet]


@dataclass(frozen=True)
class SizePicker:
    """The state of the form; for an unusable size `rendition` is None and `error` is set."""

    size: str
    names: list[Choice]
    formats: list[Choice]
    densities: list[Choice]
    rendition: Rendition | None
    error: TranslationString | None
    is_open: bool


@dataclass(frozen=True)
class _Chosen:
    """A size and a format; explicit ones are those in the URL of the page."""

    size: Size
    format: Format
    is_explicit: bool


def size_picker(image: Image, request: Request) -> SizePicker:
    """Return the picker for `?size=vga&format=webp&density=2`; all three may be missing."""
    urls = request.services.urls.at(request.application_url)
    text = request.GET.get("size", "").strip()[:_MAX_LENGTH]
    rendition, error = None, None
    # An error keeps the other choices.
    size, format_ = urls.size(_USUAL).at_density(_density(request)), _format(request)
    try:
        typed = urls.size(text or _USUAL)
        size = typed.at_density(max(typed.density, _density(request)))
        format_ = size.format_for(_format(request))
        if text:
            require_requestable(size, request)
        rendition = _rendition(image, _Chosen(size, format_, bool(text)), urls, request)
    except BadSize:
        error = _(
            "This is not a size, or one with too many pixels. 600x400 fits the picture into a box, "
            "600x400! fills the box, 600x400=7 centres it with a margin of 7 %, 600x or x400 fit "
            "one side."
        )
    except SizeNotAllowed:
        error = _("This site does not offer this size.")
    return SizePicker(
        text or _USUAL,
        [Choice(name, name, name == text) for name in requestable_names(request)],
        _formats(size, format_),
        [Choice(str(n), f"{n}×", n == size.density) for n in _DENSITIES],
        rendition,
        error,
        bool(text),
    )


def _density(request: Request) -> int:
    text = request.GET.get("density", "1")
    return int(text) if text in map(str, _DENSITIES) else 1


def _format(request: Request) -> Format:
    with suppress(UnknownFormat):
        return parse_format(request.GET.get("format", ""))
    return JPEG


def _formats(size: Size, current: Format) -> list[Choice]:
    served = [size.options.format] if size.options.format else FORMATS
    if size.is_original:
        return []
    return [
        Choice(format_.extension, FORMAT_LABELS[format_.extension], format_ == current)
        for format_ in served
    ]


def _rendition(image: Image, chosen: _Chosen, urls: UrlBuilder, request: Request) -> Rendition:
    size, format_ = chosen.size, chosen.format
    width, height = size.fitted(image.width, image.height)
    query = {"size": str(size), "format": format_.extension}
    return Rendition(
        urls.for_editors(request.services.editor_urls).named_url(image, size, format_),
        width,
        height,
        image.contenttype.partition("/")[2].upper()
        if size.is_original
        else FORMAT_LABELS[format_.extension],
        _length(image, chosen, request),
        request.site.view_path("image", image.id, "download", **query),
        _snippets(image, size, format_, urls),
    )


def _length(image: Image, chosen: _Chosen, request: Request) -> int | None:
    """Return the bytes of the rendition; it is made if the visitor asked for this size."""
    services = request.services
    if chosen.size.is_original:
        return image.length or None
    size = image.shown_in(chosen.size)
    # The page is for editors only if the image may not be shown now.
    grant = Grant(any_focus=True, any_day=True)
    with suppress(CorruptOriginal, ServerBusy, StorageUnavailable, SizeNotAllowed):
        if chosen.is_explicit:
            served = services.renditions.get(image.id, size, chosen.format, grant)
        else:
            served = services.renditions.cached(image.id, size, chosen.format, grant)
        if served is not None:
            served.close()
            return int(served.length)
    return None


def _snippets(image: Image, size: Size, format_: Format, urls: UrlBuilder) -> Sequence[Snippet]:
    url = urls.named_url(image, size, format_)
    plain = size.at_density(1)
    # The picture has the same place on the page at every density.
    attributes = (
        {"srcset": urls.srcset(image, plain, format_)} if size.density == 1 else {"src": url}
    )
    return (
        Snippet("URL", url),
        Snippet("<img>", urls.tag(image, plain, attributes, format_)),
        Snippet("<picture>", urls.picture(image, plain)),
        Snippet("Markdown", urls.markdown(image, size, format_)),
        Snippet("BBCode", urls.bbcode(image, size, format_)),
    )
