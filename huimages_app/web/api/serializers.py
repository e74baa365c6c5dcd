"""Images as JSON."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pyramid.request import Request

from ...domain.models import AnnotationSummary, Image
from ...domain.sizes import Size
from ...errors import BadInput
from ...services.permissions import EDIT, VIEW
from ...services.urls import UrlBuilder
from ..presentation.conditional import digest
from ..presentation.image_json import rating_of, rights_of, tags_of, time_text
from ..presentation.requested_sizes import require_requestable
from .parameters import Parameters

SIZE = "size"  # the parameter, once for each size
MAX_SIZES = 20
USUAL = "vga"  # the size in `html` and `srcset` if the request names none


@dataclass(frozen=True)
class Item:
    """An image as JSON: metadata, the same for all clients, and what depends on the request.

    The latter are the URLs in the requested sizes, and what editors alone get.
    """

    metadata: dict[str, Any]
    requested: dict[str, Any]

    @property
    def data(self) -> dict[str, Any]:
        """All fields."""
        return {**self.metadata, **self.requested}

    @property
    def state(self) -> str:
        """Hash of the metadata, independent of client and sizes; If-Match contains it."""
        return digest(self.metadata)


class Items:
    """Serializes images for one request, with URLs of the requested sizes.

    Raises BadSize, BadInput for too many sizes, SizeNotAllowed for a size that the client
    may not get a URL of.
    """

    def __init__(self, request: Request, parameters: Parameters | None = None) -> None:
        self._request = request
        self._urls: UrlBuilder = request.services.urls.at(request.application_url)
        self._site = request.site
        requested = parameters.all(SIZE) if parameters else []
        names = request.registry.settings["huimages"].named_sizes
        self.sizes = self._requested(requested, names) if requested else self._usual(names)
        first = requested[0] if requested else USUAL
        self._shown = self.sizes.get(first) or next(iter(self.sizes.values()), None)

    def _requested(self, requested: Sequence[str], names: dict[str, Size]) -> dict[str, Size]:
        if len(requested) > MAX_SIZES:
            raise BadInput(f"{len(requested)} sizes given; expected at most {MAX_SIZES}")
        sizes = {text: Size.parse(text, names) for text in requested}
        for size in sizes.values():
            require_requestable(size, self._request)
        return sizes

    def _usual(self, names: dict[str, Size]) -> dict[str, Size]:
        policy = self._request.services.sizes
        sizes = {**names, "o": Size()}
        return {name: size for name, size in sizes.items() if policy.serves(size)}

    def item(self, image: Image) -> Item:
        """Serialize one image.  Reads its annotations from storage."""
        return self._item(image, self._request.services.annotations.summary(image.id))

    def items(self, images: Sequence[Image]) -> list[dict[str, Any]]:
        """Serialize several images."""
        summaries = self._request.services.annotations.summaries([image.id for image in images])
        return [self._item(image, summaries[image.id]).data for image in images]

    def _item(self, image: Image, summary: AnnotationSummary) -> Item:
        metadata = {
            **_metadata_of(image, summary),
            "alt": self._urls.alt(image),
            "showing": self._request.services.showing.state(image),
        }
        may_edit, may_view = self._site.may(EDIT), self._site.may(VIEW)
        requested = {
            "uploader": (image.uploader if may_edit else "") or None,
            "alike": list(image.alike) if may_view else [],
            **self.urls_of(image),
        }
        return Item(metadata, requested)

    def urls_of(self, image: Image) -> dict[str, Any]:
        """Return the page of an image, its URLs in the sizes, and markup."""
        shown = self._shown
        srcset = self._urls.srcset(image, shown) if shown else ""
        return {
            "page": f"{self._request.host_url}{self._site.path('image', image.id)}",
            "urls": {text: self._url_of(image, size) for text, size in self.sizes.items()},
            "srcset": srcset,
            "html": self._urls.tag(image, shown, {"srcset": srcset, "loading": "lazy"})
            if shown
            else "",
        }

    def _url_of(self, image: Image, size: Size) -> dict[str, Any]:
        width, height = size.fitted(image.width, image.height)
        return {"url": self._urls.named_url(image, size), "width": width, "height": height}


def _metadata_of(image: Image, summary: AnnotationSummary) -> dict[str, Any]:
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
        "tag_spellings": dict(sorted(summary.spellings.items())),
        "references": {key: list(values) for key, values in sorted(image.references.items())},
        "types": list(image.types),
        "rating": rating_of(summary),
        "created": time_text(image.created),
        "modified": time_text(image.modified),
        "uploaded": time_text(image.uploaded) if image.uploaded else None,
        "focus": list(image.focus) if image.focus else None,
        "placeholder": image.placeholder or None,
        "thumbhash": image.thumbhash or None,
        "phash": image.phash or None,
        "rights": rights_of(image.rights),
        "taken": time_text(image.taken) if image.taken else None,
        "camera": image.camera or None,
        "content": list(image.content) if image.content else None,
        "corrected_content": list(image.corrected_content) if image.corrected_content else None,
        "backdrop": image.backdrop or None,
        "replaced_by": image.replaced_by or None,
        "versions": list(image.versions),
        "places": {
            key: {
                number: {"at": place.at, "role": place.role or None}
                for number, place in sorted(numbers.items())
            }
            for key, numbers in sorted(image.places.items())
        },
        "collections": sorted(image.collections),
    }
