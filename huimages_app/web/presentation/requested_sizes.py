"""Sizes that a client names: which of them it may get a URL of."""

from __future__ import annotations

from pyramid.request import Request

from ...domain.formats import Format, parse_format
from ...domain.sizes import ORIGINAL, Size
from ...errors import SizeNotAllowed
from ...services.permissions import EDIT

# Formats as people write them, by extension.
FORMAT_LABELS = {"jpeg": "JPEG", "webp": "WebP", "avif": "AVIF", "png": "PNG"}


def require_requestable(size: Size, request: Request) -> None:
    """Raise SizeNotAllowed for a size that the client may not get a URL of; BadSize if too large.

    A client that gets signed URLs of any size could fill the cache of a site that limits the
    sizes, and so could a client that chooses the focal point.
    """
    policy = request.services.sizes
    policy.require_pixels(size)
    named = request.registry.settings["huimages"].named_sizes.values()
    usual = policy.allows(size) or size.at_density(1) in named or size.is_original
    if not policy.serves(size) or not (usual or request.site.may(EDIT)):
        raise SizeNotAllowed(f"size {size} is not allowed here; expected one of huimages.sizes")


def requestable_names(request: Request) -> dict[str, Size]:
    """Return the named sizes that this site serves, the largest last."""
    policy = request.services.sizes
    names = request.registry.settings["huimages"].named_sizes
    return {name: size for name, size in names.items() if policy.serves(size)}


def chosen_rendition(request: Request) -> tuple[Size, Format] | None:
    """Return the size and the format of a download; None for the original.

    Raises BadSize, SizeNotAllowed, UnknownFormat.
    """
    text = request.params.get("size", "").strip()
    size = request.services.urls.size(text) if text else ORIGINAL
    if size.is_original:
        return None
    require_requestable(size, request)
    extension = request.params.get("format", "")
    return size, size.format_for(parse_format(extension))
