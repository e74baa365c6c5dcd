"""Security headers of all responses."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

from ...config.settings import Settings
from ..secret_paths import HEADERS, is_secret

# Content that is not a page is shown, never executed.
INERT = "default-src 'none'; frame-ancestors 'none'; sandbox"


def page_policy(image_url: str) -> str:
    """Return the Content-Security-Policy of pages: only content of this site.

    `image_url` is the base of image URLs, for pictures on a host of their own.
    """
    parts = urlsplit(image_url)
    images = f" {parts.scheme}://{parts.netloc}" if parts.netloc else ""
    return "; ".join(
        (
            "default-src 'none'",
            "script-src 'self'",
            "style-src 'self'",
            # Style attributes set the ratios of the grid (--w, --h).
            "style-src-attr 'unsafe-inline'",
            # data: placeholders; blob: previews of pictures before their upload.
            f"img-src 'self' data: blob:{images}",
            "connect-src 'self'",
            "font-src 'self'",
            "manifest-src 'self'",
            "worker-src 'self'",
            "form-action 'self'",
            "base-uri 'none'",
            "frame-ancestors 'none'",
        )
    )


class HeaderWriter:
    """A subscriber to NewResponse: a tween would come too early to see the cookies."""

    def __init__(self, settings: Settings) -> None:
        self._page_policy = page_policy(settings.image_url)
        self._hsts = settings.hsts

    def common(self, *, https: bool) -> Iterator[tuple[str, str]]:
        """Yield the headers of every response."""
        yield "X-Content-Type-Options", "nosniff"
        # URLs contain image IDs, and an ID suffices to get an image.
        yield "Referrer-Policy", "same-origin"
        if self._hsts and https:
            yield "Strict-Transport-Security", f"max-age={self._hsts}"

    def __call__(self, event: Any) -> None:
        request, response = event.request, event.response
        headers = response.headers
        is_page = response.content_type == "text/html"
        if is_secret(request.environ.get("PATH_INFO", "")):
            for name, value in HEADERS:
                headers.setdefault(name, value)
        for name, value in self.common(https=request.scheme == "https"):
            headers.setdefault(name, value)
        headers.setdefault("Content-Security-Policy", self._page_policy if is_page else INERT)
        if is_page:
            headers.setdefault("X-Frame-Options", "DENY")
            headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
        if response.status_int == 401:
            headers.setdefault("WWW-Authenticate", "Bearer")
        if "Set-Cookie" in headers:
            headers["Cache-Control"] = "private, no-store"
        elif "Cache-Control" not in headers:
            headers["Cache-Control"] = "private, no-cache"
