"""Images as JSON: the one place that says what a program gets to know of a picture."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pyramid.request import Request

from ...domain.models import AnnotationSummary, Image
from ...domain.sizes import Size
from ...errors import BadInput, SizeNotAllowed
from ...services.permissions import EDIT
from ...services.urls import UrlBuilder
from ..presentation.conditional import digest
from ..presentation.image_json import rating_of, tags_of, time_text
from .parameters import Parameters

SIZE = "size"  # the parameter, once for each size
MOST_SIZES = 20
USUAL = "vga"  # what `html` and `srcset` show if no sizes are asked for


@dataclass(frozen=True)
class Item:
    """An image as JSON: what is known of it, and its addresses in the sizes asked for."""

    facts: dict[str, Any]
    addresses: dict[str, Any]

    @property
    def data(self) -> dict[str, Any]:
        """All of it."""
        return {**self.facts, **self.addresses}

    @property
    def state(self) -> str:
        """Names what is known of the image, whatever sizes were asked for."""
        return digest(self.facts)

    @property
    def etag(self) -> str:
        """Names the state, which If-Match is about, and then this very answer."""
        return f"{self.state}-{digest(self.data)}"


class Items:
    """Makes JSON of images for one request, with addresses of the sizes it asks for.

    Raises BadSize, BadInput for too many sizes, SizeNotAllowed for one that the client
    may not have an address of.
    """

    def __init__(self, request: Request, parameters: Parameters | None = None) -> None:
        self._request = request
        self._urls: UrlBuilder = request.services.urls.at(request.application_url)
        self._site = request.site
        asked = parameters.all(SIZE) if parameters else []
        names = request.registry.settings["huimages"].named_sizes
        self._sizes = self._asked(asked, names) if asked else self._usual(names)
        first = asked[0] if asked else USUAL
        self._shown = self._sizes.get(first) or next(iter(self._sizes.values()), None)

    def _asked(self, asked: Sequence[str], names: dict[str, Size]) -> dict[str, Size]:
        if len(asked) > MOST_SIZES:
            raise BadInput(f"{len(asked)} sizes are too many: at most {MOST_SIZES} at once")
        sizes = {text: Size.parse(text, names) for text in asked}
        policy = self._request.services.sizes
        free = set(names.values())
        for text, size in sizes.items():
            # Whoever may have any size signed could fill the cache of a site that limits them.
            # So could whoever may choose the focal point.
            usual = policy.allows(size) or size.at_density(1) in free or size.is_original
            if not policy.serves(size) or not (usual or self._site.may(EDIT)):
                raise SizeNotAllowed(
                    f"this site gives no address of the size {text}: it is not in huimages.sizes"
                )
        return sizes

    def _usual(self, names: dict[str, Size]) -> dict[str, Size]:
        policy = self._request.services.sizes
        sizes = {**names, "o": Size()}
        return {name: size for name, size in sizes.items() if policy.serves(size)}

    def item(self, image: Image) -> Item:
        """One image.  Asks the store what visitors say about it."""
        return self._item(image, self._request.services.annotations.summary(image.id))

    def items(self, images: Sequence[Image]) -> list[dict[str, Any]]:
        """Several images."""
        summaries = self._request.services.annotations.summaries([image.id for image in images])
        return [self._item(image, summaries[image.id]).data for image in images]

    def _item(self, image: Image, summary: AnnotationSummary) -> Item:
        facts = {**_facts(image, summary), "alt": self._urls.alt(image)}
        return Item(facts, self._addresses(image))

    def _addresses(self, image: Image) -> dict[str, Any]:
        shown = self._shown
        srcset = self._urls.srcset(image, shown) if shown else ""
        return {
            "page": f"{self._request.host_url}{self._site.path('image', image.id)}",
            "urls": {text: self._address(image, size) for text, size in self._sizes.items()},
            "srcset": srcset,
            "html": self._urls.tag(image, shown, {"srcset": srcset, "loading": "lazy"})
            if shown
            else "",
        }

    def _address(self, image: Image, size: Size) -> dict[str, Any]:
        width, height = size.fitted(image.width, image.height)
        return {"url": self._urls.named_url(image, size), "width": width, "height": height}


def _facts(image: Image, summary: AnnotationSummary) -> dict[str, Any]:
    return {
        "id": image.id,
        "title": image.title,
        "titles": list(image.titles),
        "alt_own": image.alt or None,
        "filename": image.filename,
        "width": image.width,
        "height": image.height,
        "bytes": image.length or None,
        "contenttype": image.contenttype or None,
        "sha256": image.sha256 or None,
        "tags": tags_of(summary),
        "references": {key: list(values) for key, values in sorted(image.references.items())},
        "types": list(image.types),
        "rating": rating_of(summary),
        "created": time_text(image.created),
        "modified": time_text(image.modified),
        "focus": list(image.focus) if image.focus else None,
        "placeholder": image.placeholder or None,
    }
