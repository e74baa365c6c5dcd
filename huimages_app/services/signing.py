"""Signatures of URLs: `?s=` over the path, with `&e=` if they expire."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import time
from collections.abc import Callable, Sequence

from ..errors import BadSignature

_LENGTH = 24  # bytes of an HMAC-SHA256: 192 bits, 32 characters in a URL
_SIGNATURE = re.compile(r"[A-Za-z0-9_-]{32}")
_TIME = re.compile(r"[1-9][0-9]{0,11}")


class Signer:
    """Signs with the first of `keys` and accepts the signatures of all.  Thread-safe.

    `clock` gives seconds since the epoch.
    """

    def __init__(self, keys: Sequence[str], clock: Callable[[], float] = time.time) -> None:
        if not keys:
            raise ValueError("no key to sign with")
        self._keys = [key.encode() for key in keys]
        self._clock = clock

    def query(self, path: str, expires: int | None = None) -> str:
        """Return the query that makes a URL valid, for ever or until `expires` (epoch seconds).

        `path` is the path below the site, not quoted: /240x160/ID/name.jpeg.
        """
        text = "" if expires is None else str(expires)
        signature = _signature(self._keys[0], path, text)
        return f"e={text}&s={signature}" if text else f"s={signature}"

    def check(self, path: str, signature: str, expires: str = "") -> int | None:
        """Return when the signature of a path expires, None for never; raises BadSignature."""
        well_formed = _SIGNATURE.fullmatch(signature) and (not expires or _TIME.fullmatch(expires))
        if not well_formed or not self._made_by_us(path, signature, expires):
            raise BadSignature("the signature of this URL is wrong")
        if not expires:
            return None
        if int(expires) <= self._clock():
            raise BadSignature("the signature of this URL has expired")
        return int(expires)

    def _made_by_us(self, path: str, signature: str, expires: str) -> bool:
        # Try all keys in any case, so that the time reveals nothing.
        signatures = [_signature(key, path, expires) for key in self._keys]
        return any([hmac.compare_digest(signature, good) for good in signatures])  # noqa: C419


def _signature(key: bytes, path: str, expires: str) -> str:
    # A time has digits only, so the last line break always separates path and time, even if the
    # path contains one.
    digest = hmac.digest(key, f"{path}\n{expires}".encode(), hashlib.sha256)
    return base64.urlsafe_b64encode(digest[:_LENGTH]).decode("ascii")
