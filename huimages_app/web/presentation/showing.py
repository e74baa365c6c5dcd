"""Which images a client sees: those that may be shown now, and for editors all of them."""

from __future__ import annotations

from collections.abc import Iterable

from pyramid.i18n import TranslationString
from pyramid.request import Request

from ...domain.models import Image
from ...services.permissions import EDIT
from ...services.showing import State
from .i18n import _

_BADGES: dict[State, TranslationString] = {
    "future": _("Not yet"),
    "ended": _("Rights ended"),
}


def sees(image: Image, request: Request) -> bool:
    """Return whether the client sees an image."""
    return request.services.showing.is_shown(image) or request.site.may(EDIT)


def seen(images: Iterable[Image], request: Request) -> list[Image]:
    """Return the images that the client sees."""
    return [image for image in images if sees(image, request)]


def require_seen(image: Image, request: Request) -> Image:
    """Return the image; raises RightsNotBegun, RightsEnded if the client does not see it."""
    return image if sees(image, request) else request.services.showing.require_shown(image)


def badge_of(image: Image, request: Request) -> TranslationString | None:
    """Return the text of the badge of an image that visitors do not see; None if they do."""
    return _BADGES.get(request.services.showing.state(image))
