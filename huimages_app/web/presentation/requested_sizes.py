"""Sizes that a client names: which of them it may get a URL of."""

from __future__ import annotations

from pyramid.request import Request

from ...domain.sizes import Size
from ...errors import SizeNotAllowed
from ...services.permissions import EDIT


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
