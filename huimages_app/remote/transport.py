"""Requests to the API of another machine: with time limits, tried again where that helps."""

from __future__ import annotations

import os
import random
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

import httpx

from .. import errors
from ..errors import BadInput, BadToken, HuimagesError, ServerBusy, StorageUnavailable, UnknownImage

# Whoever answers so may answer otherwise soon.
_PASSING = frozenset({429, 502, 503, 504})
_FIRST_WAIT = 0.25  # seconds; twice as long each time
_LONGEST_WAIT = 30.0  # seconds that a Retry-After may ask for

# The errors that a problem's type names; those with more to say than a sentence stay there.
_KINDS: Mapping[str, type[HuimagesError]] = {
    kind.slug: kind
    for kind in vars(errors).values()
    if isinstance(kind, type)
    and issubclass(kind, HuimagesError)
    and kind.__init__ is HuimagesError.__init__
}


@dataclass
class Transport:
    """The API at `url`.  Thread-safe, and to be used after a fork.

    Each request is tried `attempts` times at most: all of them may be sent again without
    harm, for pictures are known by their bytes, and changes name what is to be.
    `timeout` is in seconds, for connecting and for each read.  Every method raises what
    the library would: UnknownImage, BadInput, StorageUnavailable, …, and BadToken where the token
    does not allow something.
    """

    url: str
    token: str = field(default="", repr=False)
    timeout: float = 10.0
    attempts: int = 4
    http: httpx.BaseTransport | None = None
    sleep: Callable[[float], None] = time.sleep
    _client: httpx.Client | None = field(default=None, init=False, repr=False)
    _process: int = field(default=0, init=False, repr=False)

    def api(self, method: str, path: str, **request: Any) -> httpx.Response:
        """The answer of the API; `request` is what httpx takes."""
        headers = dict(request.pop("headers", {}))
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        url = f"{self.url.rstrip('/')}/api/v1{path}"
        response = self._send(method, url, headers=headers, **request)
        if response.status_code != 204 and _object_of(response) is None:
            raise StorageUnavailable(f"{url} is no API of huimages: it answers {_kind(response)}")
        return response

    def fetch(self, url: str) -> bytes:
        """What is at an address that the API gave; the token stays here."""
        return self._send("GET", url).content

    def length(self, url: str) -> int:
        """The number of bytes there."""
        return int(self._send("HEAD", url).headers.get("Content-Length", 0))

    def _send(self, method: str, url: str, **request: Any) -> httpx.Response:
        attempt = 0
        while True:
            attempt += 1
            wait = _FIRST_WAIT * 2 ** (attempt - 1) * random.uniform(0.75, 1.25)  # noqa: S311
            try:
                response = self._http().request(method, url, **request)
            except httpx.RequestError as failure:
                error: HuimagesError = StorageUnavailable(f"{url} does not answer: {failure}")
                error.__cause__ = failure
            else:
                if response.is_success:
                    return response
                error = _error_of(response)
                if response.status_code not in _PASSING:
                    raise error
                wait = max(wait, _retry_after(response))
            if attempt >= self.attempts or wait > _LONGEST_WAIT:
                raise error
            self.sleep(wait)

    def _http(self) -> httpx.Client:
        if self._client is None or self._process != os.getpid():
            # The connections of a parent process are the parent's.
            self._process = os.getpid()
            self._client = httpx.Client(timeout=self.timeout, transport=self.http)
        return self._client


def _error_of(response: httpx.Response) -> HuimagesError:
    """What the library would have raised."""
    problem = _object_of(response) or {}
    detail = str(problem.get("detail") or f"{response.url} answers {_kind(response)}")
    slug = str(problem.get("type", "")).rpartition("#")[2]
    if kind := _KINDS.get(slug):
        return kind(detail)
    status = response.status_code
    if status in {401, 403}:
        return BadToken(detail)
    if status == 404:
        return UnknownImage(detail)
    if status == 429:
        return ServerBusy(detail)
    return StorageUnavailable(detail) if status >= 500 or status < 400 else BadInput(detail)


def _object_of(response: httpx.Response) -> dict[str, Any] | None:
    """The JSON object that an answer says it is, as all of the API are; None if it is none."""
    contenttype = response.headers.get("Content-Type", "").partition(";")[0]
    if contenttype not in {"application/json", "application/problem+json"}:
        return None
    try:
        data = response.json()
    except ValueError:
        return None
    return data if isinstance(data, dict) else None


def _kind(response: httpx.Response) -> str:
    return f"{response.status_code} {response.headers.get('Content-Type', 'without a type')}"


def _retry_after(response: httpx.Response) -> float:
    """Seconds to wait, as the answer says: a number, or a time; 0 if it does not."""
    text = response.headers.get("Retry-After", "").strip()
    if text.isascii() and text.isdigit():
        return float(text)
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return 0
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return max(0.0, (moment - datetime.now(UTC)).total_seconds())
