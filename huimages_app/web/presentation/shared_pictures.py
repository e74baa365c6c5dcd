"""The pictures of a share link: their signed URLs, and no more than the link permits.

No URL is of a rendition larger than the largest size of the share link.  Signatures end within the
hour, and not after the share link, so that a revoked link stops working soon.  Names of files,
which may be confidential, are in no URL.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cached_property

from pyramid.request import Request

from ...domain.formats import Format, parse_format
from ...domain.models import Image
from ...domain.shares import Share
from ...domain.sizes import Size
from ...domain.text import clean_filename
from ...errors import BadSize, SizeNotAllowed
from .grids import style_of, urls_of

_STEP = 600  # seconds; URLs stay the same for so long, so that browsers find them in their caches
_LIFETIME = 3600
RENEW_AFTER = 2400  # seconds; the shortest lifetime is 3000
_THUMBS = tuple(Size.parse(text) for text in ("1800x600", "900x300", "450x150", "150x150"))
_PANORAMA = 3.0


@dataclass(frozen=True)
class SharedPicture:
    """A picture of a share link; `full` is its largest rendition."""

    id: str
    href: str
    download: str
    src: str
    srcset: str
    width: int
    height: int
    full: str
    full_width: int
    full_height: int
    title: str
    alt: str
    credit: str
    style: str
    thumbhash: str


class SharedPictures:
    """Makes the pictures of one share link for one request."""

    def __init__(self, request: Request, share: Share, token: str) -> None:
        self._request = request
        self._share = share
        self._token = token
        self._urls = urls_of(request)
        self._expires = int(time.time()) // _STEP * _STEP + _LIFETIME
        if share.until is not None:
            self._expires = min(self._expires, int(share.until.timestamp()))

    @cached_property
    def sizes(self) -> dict[str, Size]:
        """Sizes of downloads by name; those that the settings no longer know are left out."""
        found = {}
        for text in self._share.sizes:
            with suppress(BadSize):
                size = self._request.services.urls.size(text)
                if self._request.services.sizes.serves(size) and not size.is_original:
                    found[text] = size
        return found

    def pictures(self, images: Iterable[Image]) -> list[SharedPicture]:
        """Return images with their URLs; none if no size of the link is served any more."""
        return [self.picture(image) for image in images] if self.sizes else []

    def picture(self, image: Image) -> SharedPicture:
        """Return an image with its URLs."""
        full = self._largest(image)
        thumbs = self._thumbs(image, full)
        (width, height), src = thumbs[0]
        full_width, full_height = full.fitted(image.width, image.height)
        href = self._request.site.path("share", self._token, image.id)
        return SharedPicture(
            image.id,
            href,
            f"{href}download",
            src,
            ", ".join(f"{url} {sides[0]}w" for sides, url in thumbs),
            width,
            height,
            self._url(image, full),
            full_width,
            full_height,
            image.title,
            image.alt or image.title,
            image.rights.credit,
            style_of(image),
            image.thumbhash,
        )

    def chosen(self) -> tuple[Size, Format] | None:
        """Return size and format of the download that the request names; None for originals.

        Raises SizeNotAllowed for what the share link does not permit, UnknownFormat.
        """
        text = self._request.GET.get("size", "")
        if text == "original" and self._share.originals:
            return None
        size = self.sizes.get(text)
        if size is None:
            raise SizeNotAllowed(f"this share link does not permit the size {text[:40]!r}")
        return size, size.format_for(parse_format(self._request.GET.get("format", "") or "jpeg"))

    def downloadable(self, images: Sequence[Image]) -> list[Image]:
        """Return images with names of files made of their titles, and the time of the link."""
        return [
            replace(image, filename=_filename(image, number), created=self._share.created)
            for number, image in enumerate(images, start=1)
        ]

    def _largest(self, image: Image) -> Size:
        return max(self.sizes.values(), key=lambda size: _area(size, image))

    def _thumbs(self, image: Image, full: Size) -> list[tuple[tuple[int, int], str]]:
        """Return sides and URLs of small renditions: the usual one, then denser ones."""
        most = _area(full, image)
        fitting = [size for size in _THUMBS if _area(size, image) <= most] or [full]
        by_sides = {size.fitted(image.width, image.height): size for size in reversed(fitting)}
        ordered = sorted(by_sides, reverse=False)
        usual = next((sides for sides in ordered if sides[1] >= 200), ordered[-1])
        others = [sides for sides in ordered if sides != usual]
        return [(sides, self._url(image, by_sides[sides])) for sides in (usual, *others)]

    def _url(self, image: Image, size: Size) -> str:
        return self._urls.unnamed_url(image, size, expires=self._expires)


def _area(size: Size, image: Image) -> int:
    width, height = size.fitted(image.width, image.height)
    return width * height


def _filename(image: Image, number: int) -> str:
    subtype = image.contenttype.partition("/")[2]
    stem = clean_filename(image.title.replace("/", "-")) or f"picture-{number}"
    return f"{stem}.{'jpg' if subtype in {'jpeg', ''} else subtype}"
