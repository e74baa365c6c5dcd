"""Requests to the API of another machine, with timeouts and retries."""

from __future__ import annotations

import os
import random
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx

from .. import errors
from ..domain.models import Count
from ..errors import (
    BadInput,
    BadToken,
    HuimagesError,
    OutdatedSize,
    ServerBusy,
    StorageUnavailable,
    TooManyAttempts,
    UnknownImage,
)

# Statuses of temporary failures.
_TEMPORARY = frozenset({429, 502, 503, 504})
_PAGE = 200  # items read at once
_FIRST_WAIT = 0.25  # seconds; doubled for each further attempt
_LONGEST_WAIT = 30.0  # seconds; a longer Retry-After raises the error at once

# Errors by the slug of an API problem, except those with attributes.
_ERRORS: Mapping[str, type[HuimagesError]] = {
    error.slug: error
    for error in vars(errors).values()
    if isinstance(error, type)
    and issubclass(error, HuimagesError)
    and "slug" in vars(error)
    and error not in {OutdatedSize, TooManyAttempts}
}


@dataclass
class Transport:
    """The API at `url`.  Thread-safe and fork-safe.

    Each request is sent at most `attempts` times.  All requests can be repeated: images are
    identified by their bytes, and changes contain the new values.  `timeout` is in seconds,
    for connecting and for each read.  Every method raises the exceptions of the library
    (UnknownImage, BadInput, StorageUnavailable, …), and BadToken if the token lacks a scope.
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
        """Return the response of the API; `request` are arguments of httpx."""
        headers = dict(request.pop("headers", {}))
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        url = f"{self.url.rstrip('/')}/api/v1{path}"
        response = self._send(method, url, headers=headers, **request)
        if response.status_code != 204 and _object_of(response) is None:
            raise StorageUnavailable(
                f"{url} is not the API of huimages: the response is {_summary(response)}"
            )
        return response

    def pages(
        self, path: str, params: Sequence[tuple[str, str]] = (), limit: int | None = None
    ) -> Iterator[dict[str, Any]]:
        """Yield every page of a list of the API, each when it is needed."""
        params = [*params, ("limit", str(limit or _PAGE))]
        cursor: list[tuple[str, str]] = []
        while True:
            page: dict[str, Any] = self.api("GET", path, params=[*params, *cursor]).json()
            yield page
            if not page["next"]:
                return
            cursor = [("cursor", parse_qs(urlsplit(page["next"]).query)["cursor"][0])]

    def count(self, path: str, params: Sequence[tuple[str, str]] = ()) -> Count:
        """Return the number of entries of a list of the API."""
        params = [*params, ("limit", "1"), ("count", "true")]
        return count_of(self.api("GET", path, params=params).json())

    def stream(self, path: str, params: Mapping[str, str]) -> Iterator[bytes]:
        """Yield the content at a path of the API piece by piece; a failure is not repeated."""
        url = f"{self.url.rstrip('/')}/api/v1{path}"
        headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        try:
            with self._http().stream("GET", url, params=params, headers=headers) as response:
                if not response.is_success:
                    response.read()
                    raise _error_of(response)
                yield from response.iter_bytes()
        except httpx.RequestError as failure:
            raise StorageUnavailable(f"{url} does not respond: {failure}") from failure

    def fetch(self, url: str) -> bytes:
        """Return the content of a URL from the API, without sending the token."""
        return self._send("GET", url).content

    def length(self, url: str) -> int:
        """Return the number of bytes at a URL from the API."""
        return int(self._send("HEAD", url).headers.get("Content-Length", 0))

    def _send(self, method: str, url: str, **request: Any) -> httpx.Response:
        attempt = 0
        while True:
            attempt += 1
            wait = _FIRST_WAIT * 2 ** (attempt - 1) * random.uniform(0.75, 1.25)  # noqa: S311
            try:
                response = self._http().request(method, url, **request)
            except httpx.RequestError as failure:
                error: HuimagesError = StorageUnavailable(f"{url} does not respond: {failure}")
                error.__cause__ = failure
            else:
                if response.is_success:
                    return response
                error = _error_of(response)
                if response.status_code not in _TEMPORARY:
                    raise error
                wait = max(wait, _retry_after(response))
            if attempt >= self.attempts or wait > _LONGEST_WAIT:
                raise error
            self.sleep(wait)

    def _http(self) -> httpx.Client:
        if self._client is None or self._process != os.getpid():
            # A forked process must not use the connections of its parent.
            self._process = os.getpid()
            self._client = httpx.Client(timeout=self.timeout, transport=self.http)
        return self._client


def count_of(item: Mapping[str, Any]) -> Count:
    """Return the number that an object of the API has."""
    return Count(item["count"], item["count_is_exact"])


def _error_of(response: httpx.Response) -> HuimagesError:
    """Return the exception for an error response."""
    problem = _object_of(response) or {}
    detail = str(problem.get("detail") or f"the response of {response.url} is {_summary(response)}")
    slug = str(problem.get("type", "")).rpartition("#")[2]
    if error := _ERRORS.get(slug):
        return error.with_message(detail)
    status = response.status_code
    if status in {401, 403}:
        return BadToken(detail)
    if status in {404, 410}:
        return UnknownImage.with_message(detail)
    if status == 429:
        return ServerBusy(detail)
    return StorageUnavailable(detail) if status >= 500 or status < 400 else BadInput(detail)


def _object_of(response: httpx.Response) -> dict[str, Any] | None:
    """Return the JSON object in a response; None if it is not one, unlike those of the API."""
    contenttype = response.headers.get("Content-Type", "").partition(";")[0]
    if contenttype not in {"application/json", "application/problem+json"}:
        return None
    try:
        data = response.json()
    except ValueError:
        return None
    return data if isinstance(data, dict) else None


def _summary(response: httpx.Response) -> str:
    return (
        f"{response.status_code} {response.headers.get('Content-Type', 'without a content type')}"
    )


def _retry_after(response: httpx.Response) -> float:
    """Return the seconds to wait by the header Retry-After, a number or a time; 0 without it."""
    text = response.headers.get("Retry-After", "").strip()
    if text.isascii() and text.isdigit():
        return float(text)
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return 0
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return max(0.0, (moment - datetime.now(UTC)).total_seconds())
