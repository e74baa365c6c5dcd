"""Caches in front of the site, and how an image is removed from them."""

from __future__ import annotations

import hashlib
import os
import signal
import subprocess
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from urllib.parse import urlsplit

_PLACEHOLDER = "{id}"
_SHOWN = 200  # characters of the output of a command


class PurgeFailed(Exception):
    """The cache did not confirm that it has removed the image."""


class FrontCache(ABC):
    """A cache.  `name` is for log lines, `key` identifies it in the journal.  Thread-safe."""

    name: str
    key: str

    @abstractmethod
    def purge(self, image_id: str) -> None:
        """Remove all responses for an image; raises PurgeFailed."""


class HttpCache(FrontCache):
    """A cache that accepts a request: `method` to `url`, with the image ID in place of `{id}`.

    Any status of 200 to 299 is a success.  Redirects are not followed: they might lead to
    another service of the network.  The exchange takes at most `timeout` seconds.
    """

    def __init__(self, method: str, url: str, headers: Mapping[str, str], timeout: float) -> None:
        # urllib3 takes 60 ms to import, and most sites have no such cache.
        from ..http_deadlines import pool_manager

        parts = urlsplit(url)
        self.name = f"{method} {parts.scheme}://{parts.netloc}"
        self.key = _key(method, url)
        self._method = method
        self._url = url
        self._headers = {"User-Agent": "huimages", **headers}
        self._timeout = timeout
        self._pools = pool_manager(connections=1)

    def purge(self, image_id: str) -> None:
        from urllib3.exceptions import HTTPError

        try:
            response = self._pools.request(
                self._method,
                self._url.replace(_PLACEHOLDER, image_id),
                headers=self._headers,
                retries=False,
                redirect=False,
                preload_content=False,
                timeout=self._timeout,  # of connecting, and of the response
            )
        except HTTPError as error:
            raise PurgeFailed(f"{error!r:.{_SHOWN}}") from error
        # The body is not read: it may be of any length.
        response.close()
        if not 200 <= response.status < 300:
            redirected = " (redirects are not followed)" if 300 <= response.status < 400 else ""
            raise PurgeFailed(f"status {response.status}{redirected}; expected 200 to 299")


class CommandCache(FrontCache):
    """A cache that a command empties, with the image ID in place of `{id}` in its words.

    The command is run without a shell, with the environment of the process except for the
    settings, which hold secrets.  It has succeeded if its status is 0 within `timeout` seconds.
    """

    def __init__(self, words: Sequence[str], timeout: float) -> None:
        self.name = f"command {words[0]}"
        self.key = _key(*words)
        self._words = words
        self._timeout = timeout

    def purge(self, image_id: str) -> None:
        words = [word.replace(_PLACEHOLDER, image_id) for word in self._words]
        environ = {
            name: value for name, value in os.environ.items() if not name.startswith("HUIMAGES")
        }
        try:
            process = subprocess.Popen(  # noqa: S603 - the operator's command
                words,
                env=environ,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                start_new_session=True,
            )
        except OSError as error:
            raise PurgeFailed(f"not started: {error.strerror}") from error
        with process:
            try:
                _, output = process.communicate(timeout=self._timeout)
            except subprocess.TimeoutExpired:
                # With the programs that it has started.
                os.killpg(process.pid, signal.SIGKILL)
                process.communicate()
                raise PurgeFailed(f"stopped after {self._timeout:g} seconds") from None
        if process.returncode:
            shown = output.decode("utf-8", "replace").strip()[:_SHOWN]
            raise PurgeFailed(f"status {process.returncode}: {shown}")


def _key(*words: str) -> str:
    return hashlib.sha256("\0".join(words).encode()).hexdigest()[:16]
