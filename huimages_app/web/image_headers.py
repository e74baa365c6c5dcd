"""What is said about a picture, whoever answers for it."""

from __future__ import annotations

import time
from email.utils import formatdate

from ..services.open_image import OpenImage

# A rendition is a pure function of its URL, so nobody ever has to ask again.
FOR_EVER = "public, max-age=31536000, immutable"
# For a JPEG that stands in until the format that was asked for is made.
FOR_NOW = "public, max-age=60"


def picture_headers(
    served: OpenImage, caching: str = FOR_EVER, *, varies: bool = False
) -> list[tuple[str, str]]:
    """Headers of a whole picture; `varies`: its format was chosen by the client's Accept."""
    headers = [
        ("Content-Type", served.contenttype),
        ("Content-Length", str(served.length)),
        ("Accept-Ranges", "bytes"),
        ("Cache-Control", caching),
        # Whatever hides in the bytes of an original, a browser runs none of it.
        ("Content-Security-Policy", "default-src 'none'; sandbox"),
    ]
    if served.modified is not None:
        # Not after Date, RFC 9110, 8.8.2.1: a picture may be dated in the future.
        modified = min(int(served.modified), int(time.time()))
        headers.append(("Last-Modified", formatdate(modified, usegmt=True)))
    if served.etag is not None:
        headers.append(("ETag", f'"{served.etag}"'))
    if varies:
        headers.append(("Vary", "Accept"))
    return headers
