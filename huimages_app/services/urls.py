"""URLs of pictures, and the HTML that shows them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from html import escape
from pathlib import PurePath
from urllib.parse import quote

from ..domain.formats import AVIF, JPEG, WEBP, Format
from ..domain.html import img_tag
from ..domain.models import Image
from ..domain.sizes import Size
from ..errors import BadInput, BadSize
from .editor_urls import EditorUrls
from .size_policy import SizePolicy

# huImages 2.2 kept all other characters in the name part of a URL.
_NOT_IN_NAMES = re.compile(r"[^\w_=,:-]+")


class UrlBuilder:
    """Makes URLs and <img> tags; `base` is put before every path, without a slash at its end.

    With `editor_urls` the URLs show images also while the rights to them do not hold.
    """

    def __init__(
        self,
        base: str,
        names: Mapping[str, Size],
        alt_addition: str = "",
        policy: SizePolicy | None = None,
        editor_urls: EditorUrls | None = None,
    ) -> None:
        self._base = base.rstrip("/")
        self._names = names
        self._alt_addition = alt_addition
        self._policy = policy or SizePolicy(["any"], names)
        self._editor_urls = editor_urls

    def at(self, base: str) -> UrlBuilder:
        """Return the builder for a site at `base`; this one if images have a separate base URL."""
        if self._base:
            return self
        return UrlBuilder(base, self._names, self._alt_addition, self._policy, self._editor_urls)

    def for_editors(self, editor_urls: EditorUrls) -> UrlBuilder:
        """Return the builder of URLs for pages that only editors see."""
        return UrlBuilder(self._base, self._names, self._alt_addition, self._policy, editor_urls)

    def size(self, size: Size | str) -> Size:
        """Return the size, parsing a text; raises BadSize, also for one with too many pixels."""
        parsed = size if isinstance(size, Size) else Size.parse(size, self._names)
        self._policy.require_pixels(parsed)
        return parsed

    def rendition_size(self, text: str) -> Size:
        """Return a size of renditions that the site serves; raises BadSize, BadInput."""
        size = self.size(text)
        if size.is_original:
            raise BadInput("originals are no size; permit them by the field 'originals'")
        if any(letter.isspace() for letter in text) or not self._policy.serves(size):
            raise BadInput(f"this site does not serve the size {text[:40]!r}")
        return size

    def url(
        self,
        image_id: str,
        size: Size | str,
        format_: Format = JPEG,
        expires: int | None = None,
    ) -> str:
        """Return the URL of a rendition from the ID alone; a preset may have another format.

        It is signed if the site requires that; the signature expires at `expires`, in seconds
        since the epoch, if that is given.
        """
        size = self.size(size)
        path = f"/{size}/{image_id}.{size.format_for(format_).extension}"
        return self._url(path, size, expires)

    def named_url(
        self,
        image: Image,
        size: Size | str,
        format_: Format = JPEG,
        expires: int | None = None,
    ) -> str:
        """Return the URL with a descriptive name, the focal point and a corrected content box."""
        shown = image.shown_in(self.size(size))
        name = f"{url_name(image)}.{shown.format_for(format_).extension}"
        path = f"/{shown}/{image.id}/{name}"
        if self._editor_urls and (query := self._editor_urls.query(image, path)):
            return self.complete(path, query)
        return self._url(path, shown, expires)

    def unnamed_url(
        self, image: Image, size: Size | str, format_: Format = JPEG, expires: int | None = None
    ) -> str:
        """Return the same without the name, which is made of a title or the file name."""
        shown = image.shown_in(self.size(size))
        path = f"/{shown}/{image.id}.{shown.format_for(format_).extension}"
        return self._url(path, shown, expires)

    def complete(self, path: str, query: str) -> str:
        """Return the URL of a path, which is not quoted yet, with a query."""
        return f"{self._base}{quote(path, safe='/!,@=:')}{query}"

    def _url(self, path: str, size: Size, expires: int | None) -> str:
        return self.complete(path, self._policy.query(size, path, expires))

    def alt(self, image: Image) -> str:
        """Return the alternative text of the image, else its title, else its file name."""
        text = image.alt or image.title or image.filename
        return f"{text} {self._alt_addition}".strip()

    def tag(
        self,
        image: Image,
        size: Size | str,
        attributes: Mapping[str, object] = {},
        format_: Format = JPEG,
    ) -> str:
        """Return an <img> tag with the dimensions of the rendition; everything is escaped.

        Raises BadInput for an invalid name of an attribute.
        """
        width, height = self.size(size).fitted(image.width, image.height)
        url = self.named_url(image, size, format_)
        return img_tag(url, width, height, self.alt(image), attributes)

    def srcset(self, image: Image, size: Size | str, format_: Format = JPEG) -> str:
        """Return the candidates for densities 1 and 2; only one if the second is not sharper."""
        size = self.size(size)
        dense = size.at_density(2)
        densities = (1, 2) if self._is_sharper(image, size, dense) else (1,)
        return ", ".join(
            f"{self.named_url(image, size.at_density(density), format_)} {density}x"
            for density in densities
        )

    def _is_sharper(self, image: Image, size: Size, dense: Size) -> bool:
        """Return whether the dense size shows the same picture with more pixels."""
        sides = image.width, image.height
        if size.padding is None:
            return dense.fitted(*sides) != size.fitted(*sides)
        # A picture is never enlarged, so in a dense box it may be small.
        size, dense = image.shown_in(size), image.shown_in(dense)
        if dense.needs_content and image.content is None:
            return False
        try:
            self._policy.require_pixels(dense)
        except BadSize:
            return False
        exact = size.placement(*sides, image.content).shown
        found = dense.placement(*sides, image.content).shown
        return all(abs(2 * one - two) <= 2 for one, two in zip(exact, found, strict=True))

    def picture(self, image: Image, size: Size | str) -> str:
        """Return a <picture> that takes at most the width of `size`, and less on small screens.

        The browser chooses among several widths, and among AVIF, WebP and JPEG; a preset with a
        format is served in that only.
        """
        size = self.size(size).at_density(1)
        width, _ = size.fitted(image.width, image.height)
        layout = f"(max-width: {width}px) 100vw, {width}px"
        sources = "".join(
            f'<source type="{format_.contenttype}" '
            f'srcset="{escape(self._widths(image, size, format_))}" sizes="{layout}">'
            for format_ in (AVIF, WEBP)
            if not size.options.format and not size.is_original
        )
        attributes = {"srcset": self._widths(image, size, JPEG), "sizes": layout}
        return f"<picture>{sources}{self.tag(image, size, attributes)}</picture>"

    def _widths(self, image: Image, size: Size, format_: Format) -> str:
        """Return the candidates by their width in pixels, narrowest first.

        From a quarter of the width of `size`, for small screens, to twice that for dense ones.
        """
        widest, _ = size.fitted(image.width, image.height)
        by_width: dict[int, Size] = {}
        for candidate in self._narrower(size):
            width, _ = candidate.fitted(image.width, image.height)
            if widest / 4 <= width < widest:
                by_width.setdefault(width, candidate)
        by_width[widest] = size
        dense = size.at_density(2)
        if self._is_sharper(image, size, dense):
            by_width[dense.fitted(image.width, image.height)[0]] = dense
        return ", ".join(
            f"{self.named_url(image, by_width[width], format_)} {width}w"
            for width in sorted(by_width)
        )

    def _narrower(self, size: Size) -> Iterator[Size]:
        """Yield smaller sizes that show the same: the whole picture, without effects."""
        if size.crop or size.padding or size.preset or size.is_original:
            return
        for divisor in (4, 2):
            width = size.width and max(1, size.width // divisor)
            part = Size(width, size.height and max(1, size.height // divisor))
            if self._policy.allows(part):
                yield part
        for named in self._names.values():
            shows_whole = not (named.crop or named.padding or named.preset or named.is_original)
            if shows_whole and self._policy.allows(named) and not self._policy.allows_any:
                yield named

    def markdown(self, image: Image, size: Size | str, format_: Format = JPEG) -> str:
        """Return the picture in Markdown, which has no syntax for dimensions."""
        text = re.sub(r"([\\`*_\[\]<>&!])", r"\\\1", self.alt(image))
        return f"![{text}]({self.named_url(image, size, format_)})"

    def bbcode(self, image: Image, size: Size | str, format_: Format = JPEG) -> str:
        """Return the picture in BBCode, whose only common form is the URL."""
        return f"[img]{self.named_url(image, size, format_)}[/img]"


def url_name(image: Image) -> str:
    """Return the name in the URL: the oldest title, so that it is stable; else the file name."""
    name = image.titles[0] if image.titles else PurePath(image.filename).stem
    return _NOT_IN_NAMES.sub("_", name.replace(" ", "-"))[:80] or "image"
