"""Which picture URLs a site serves: free sizes, and signed URLs."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from ..config.settings import SIZE_GROUPS, Settings
from ..domain.sizes import MAX_SIDE, ORIGINAL, Size
from ..errors import BadSetting, BadSignature, SizeNotAllowed
from .editor_urls import EditorUrls
from .keys import derived_key, has_secret
from .signing import Signer

_LEGACY_SIZES = (ORIGINAL, Size(150, 150))


@dataclass(frozen=True)
class Grant:
    """Permission to serve a picture; `expires` in seconds since the epoch, None for never."""

    expires: int | None = None
    any_focus: bool = False  # and content box; otherwise only the stored ones
    is_signed: bool = False
    any_day: bool = False  # an editor may see it also while the rights to it do not hold


# For commands, the library and work in the background.
UNLIMITED_FOCUS = Grant(any_focus=True)


def listed_sizes(allowed: Collection[str], names: Mapping[str, Size]) -> set[Size]:
    """Return the sizes that `allowed` lists; the word `any` lists none.

    `named` lists all named sizes; `legacy` these and `o` and `150x150`, the default size of
    huImages 2.2.  Other words are sizes or names.  Raises BadSize.
    """
    words = set(allowed)
    sizes = {Size.parse(word, names).plain for word in words - SIZE_GROUPS}
    if words & {"named", "legacy"}:
        sizes.update(size.plain for size in names.values())
    if "legacy" in words:
        sizes.update(_LEGACY_SIZES)
    return sizes


@dataclass(frozen=True)
class SigningRules:
    """Which URLs need a signature besides those of sizes that are not free."""

    signer: Signer | None = None  # None: no signature is valid
    all_sizes: bool = False
    articles: bool = False  # stable URLs of articles


_NO_SIGNATURES = SigningRules()


class SizePolicy:
    """The free sizes are those of `allowed`: `any`, or what `listed_sizes` accepts.

    Other sizes need a signature, or are not served at all without a signer.  Padded sizes have at
    most `max_pixels`, with or without a signature.  A signature of `editor_urls` opens all sizes
    on any day.
    """

    def __init__(
        self,
        allowed: Collection[str],
        names: Mapping[str, Size],
        signing: SigningRules = _NO_SIGNATURES,
        *,
        max_pixels: int = 50 * 10**6,
        editor_urls: EditorUrls | None = None,
    ) -> None:
        self._any = "any" in allowed
        self._sizes = listed_sizes(allowed, names)
        self._signing = signing
        self._max_pixels = max_pixels
        self._editor_urls = editor_urls

    @classmethod
    def of(cls, settings: Settings, editor_urls: EditorUrls | None = None) -> SizePolicy:
        """Return the policy of the settings; raises BadSetting if a signing key is missing."""
        keys = _keys(settings)
        if settings.signs_urls and not keys:
            raise BadSetting(
                "setting 'huimages.secret' is missing, or 'huimages.signing_keys': "
                "URLs of pictures must be signed; make a secret with python3 -c "
                "'import secrets; print(secrets.token_hex(32))'"
            )
        # Without a key, closed articles are for clients with permission only.
        may_sign = settings.signs_urls or settings.signs_articles
        return cls(
            settings.sizes_allowed,
            settings.named_sizes,
            SigningRules(
                Signer(keys) if may_sign and keys else None,
                all_sizes=settings.signed == "all",
                articles=not settings.articles_are_open,
            ),
            max_pixels=settings.render.max_pixels,
            editor_urls=editor_urls,
        )

    @property
    def allows_any(self) -> bool:
        """Return whether every size is served without a signature."""
        return self._any and not self._signing.all_sizes

    @property
    def listed(self) -> list[Size]:
        """Return the sizes that are allowed one by one."""
        return sorted(self._sizes, key=str)

    def require_pixels(self, size: Size) -> None:
        """Raise BadSize for a padded size with too many pixels."""
        size.require_pixels(self._max_pixels)

    def allows(self, size: Size) -> bool:
        """Return whether the size is served at any density without a signature.

        The original is a size like the others: it must be listed, as `o`.
        """
        return not self._signing.all_sizes and (self._any or size.plain in self._sizes)

    def serves(self, size: Size) -> bool:
        """Return whether the size is served at all, with or without a signature."""
        return self._signing.signer is not None or self.allows(size)

    def largest_within(
        self, box: Size, width: int, height: int, names: Mapping[str, Size]
    ) -> Size | None:
        """Return the size in which an original of `width` x `height` is largest within a box.

        That is the box itself if any size is allowed, else the largest of `names` that shows
        the whole picture; None if none is small enough.
        """
        if self.allows(box):
            return box
        most_width, most_height = box.width or MAX_SIDE, box.height or MAX_SIDE
        whole = [
            size
            for size in names.values()
            if not (size.crop or size.padding or size.preset) and self.serves(size)
        ]
        fitting = {size.fitted(width, height): size for size in whole}
        small = [
            fitted for fitted in fitting if fitted[0] <= most_width and fitted[1] <= most_height
        ]
        return fitting[max(small)] if small else None

    def query(self, size: Size, path: str, expires: int | None = None) -> str:
        """Return the query that a path needs, with its `?`; empty if it needs none.

        `path` is as in `Signer.query`.  A signed URL is valid until `expires`; a URL that needs
        no signature never expires.
        """
        return self._query(path, expires, is_free=self.allows(size))

    def article_query(self, size: Size, path: str, expires: int | None = None) -> str:
        """Return the query that a stable URL of an article needs, as `query` does."""
        return self._query(path, expires, is_free=not self._signing.articles and self.allows(size))

    def _query(self, path: str, expires: int | None, *, is_free: bool) -> str:
        signer = None if is_free else self._signing.signer
        return "?" + signer.query(path, expires) if signer else ""

    def authorize(self, size: Size, path: str, signature: str = "", expires: str = "") -> Grant:
        """Return what a request may have; raises SizeNotAllowed, BadSignature, BadSize."""
        self.require_pixels(size)
        if signature and self._editor_urls:
            end = self._editor_urls.expiry(path, signature, expires)
            if end is not None:
                return Grant(end, any_focus=True, is_signed=True, any_day=True)
        free = self.allows(size)
        signer = self._signing.signer
        if signer is not None and signature:
            try:
                end = signer.check(path, signature, expires)
                return Grant(end, any_focus=True, is_signed=True)
            except BadSignature:
                if not free:
                    raise
        if not free:
            unless = " without a signature" if signer else ""
            raise SizeNotAllowed(f"this site does not serve the size {size}{unless}")
        return Grant(any_focus=self._any)


def _keys(settings: Settings) -> tuple[str, ...]:
    """Return the keys that sign URLs; none without a secret, or with one that is to be made."""
    if settings.signing_keys:
        return settings.signing_keys
    return (derived_key(settings.secret, "addresses"),) if has_secret(settings) else ()
