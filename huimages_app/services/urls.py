"""Addresses of pictures, and the HTML that shows them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from html import escape
from pathlib import PurePath
from urllib.parse import quote

from ..domain.formats import AVIF, JPEG, WEBP, Format
from ..domain.html import img_tag
from ..domain.models import Image
from ..domain.sizes import Size
from .size_policy import SizePolicy

# What huImages 2.2 left in the name part of a URL.
_NOT_IN_NAMES = re.compile(r"[^\w_=,:-]+")


class Markup:
    """Makes URLs and <img> tags; `base` is put before every path, without a slash at its end."""

    def __init__(
        self,
        base: str,
        names: Mapping[str, Size],
        alt_addition: str = "",
        policy: SizePolicy | None = None,
    ) -> None:
        self._base = base.rstrip("/")
        self._names = names
        self._alt_addition = alt_addition
        self._policy = policy or SizePolicy(["any"], names)

    def at(self, base: str) -> Markup:
        """The same for a site at `base`, unless the images have an address of their own."""
        if self._base:
            return self
        return Markup(base, self._names, self._alt_addition, self._policy)

    def size(self, size: Size | str) -> Size:
        """A size, from its text or as it is; raises BadSize."""
        return size if isinstance(size, Size) else Size.parse(size, self._names)

    def url(
        self,
        image_id: str,
        size: Size | str,
        format_: Format = JPEG,
        expires: int | None = None,
    ) -> str:
        """The address of a rendition from the ID alone.

        Where this site wants a signature it has one; it ends at `expires`, in seconds since
        the epoch, if that is given.
        """
        return self._url(self.size(size), f"{image_id}.{format_.extension}", expires)

    def named_url(
        self,
        image: Image,
        size: Size | str,
        format_: Format = JPEG,
        expires: int | None = None,
    ) -> str:
        """The address with a name that says what the picture shows, and its focal point."""
        focused = self.size(size).focused(image.focus)
        name = f"{url_name(image)}.{format_.extension}"
        return self._url(focused, f"{image.id}/{name}", expires)

    def _url(self, size: Size, rest: str, expires: int | None) -> str:
        path = f"/{size}/{rest}"
        query = self._policy.query(size, path, expires)
        return f"{self._base}{quote(path, safe='/!,@=:')}{query}"

    def alt(self, image: Image) -> str:
        """The alternative text: the image's own, or its title, or its file name."""
        text = image.alt or image.title or image.filename
        return f"{text} {self._alt_addition}".strip()

    def tag(self, image: Image, size: Size | str, attributes: Mapping[str, object] = {}) -> str:
        """An <img> tag with the width and height the rendition has; everything escaped.

        Raises BadInput for the name of an attribute that HTML does not know as one.
        """
        width, height = self.size(size).fitted(image.width, image.height)
        return img_tag(self.named_url(image, size), width, height, self.alt(image), attributes)

    def srcset(self, image: Image, size: Size | str, format_: Format = JPEG) -> str:
        """Candidates for screens of density 1 and 2, less those that would show nothing more."""
        size = self.size(size)
        seen: dict[tuple[int, int], str] = {}
        for density in (1, 2):
            dense = size.at_density(density)
            candidate = f"{self.named_url(image, dense, format_)} {density}x"
            seen.setdefault(dense.fitted(image.width, image.height), candidate)
        return ", ".join(seen.values())

    def picture(self, image: Image, size: Size | str) -> str:
        """A <picture>: AVIF and WebP for browsers that take them, the <img> for the rest."""
        sources = "".join(
            f'<source type="{format_.contenttype}" '
            f'srcset="{escape(self.srcset(image, size, format_))}">'
            for format_ in (AVIF, WEBP)
        )
        fallback = self.tag(image, size, {"srcset": self.srcset(image, size)})
        return f"<picture>{sources}{fallback}</picture>"

    def markdown(self, image: Image, size: Size | str) -> str:
        """The picture in Markdown, which knows no sizes."""
        text = re.sub(r"([\\`*_\[\]<>&!])", r"\\\1", self.alt(image))
        return f"![{text}]({self.named_url(image, size)})"


def url_name(image: Image) -> str:
    """The name in the URL: oldest title, so that the address stays; or the file name."""
    name = image.titles[0] if image.titles else PurePath(image.filename).stem
    return _NOT_IN_NAMES.sub("_", name.replace(" ", "-"))[:80] or "image"
