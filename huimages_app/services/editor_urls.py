"""URLs by which editors see images whose rights have ended or not begun.

They carry a signature of their own, which is valid for at most an hour.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from ..config.settings import Settings
from ..domain.models import Image
from ..errors import BadSignature
from .keys import derived_key, has_secret
from .showing import Showing
from .signing import Signer

# Seconds.  An end that many URLs share lets browsers keep the pictures of the previous page.
_STEP = 1800


class EditorUrls:
    """Signs such URLs, and checks them.  Thread-safe.

    Without a `key` there are none.  `clock` gives seconds since the epoch.
    """

    def __init__(
        self, showing: Showing, key: str = "", clock: Callable[[], float] = time.time
    ) -> None:
        self._showing = showing
        self._signer = Signer([key], clock) if key else None
        self._clock = clock

    @classmethod
    def of(cls, settings: Settings, showing: Showing) -> EditorUrls:
        """Return those of a site; none without its secret."""
        key = derived_key(settings.secret, "editors") if has_secret(settings) else ""
        return cls(showing, key)

    def query(self, image: Image, path: str) -> str:
        """Return the query for a path, with its `?`; empty if the image may be shown to all."""
        if self._signer is None or self._showing.is_shown(image):
            return ""
        expires = (int(self._clock()) // _STEP + 2) * _STEP
        return "?" + self._signer.query(path, expires)

    def expiry(self, path: str, signature: str, expires: str) -> int | None:
        """Return when the signature of a path expires; None if it is not valid, or another one."""
        if self._signer is None:
            return None
        try:
            return self._signer.check(path, signature, expires)
        except BadSignature:
            return None
