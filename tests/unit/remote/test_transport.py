"""`remote` with a site that fails."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import httpx
import pytest

from huimages_app.errors import (
    BadInput,
    ServerBusy,
    StorageUnavailable,
    UnknownImage,
)
from huimages_app.remote.transport import Transport


class FailingServer:
    """A server that returns these responses, or raises these errors, in order."""

    def __init__(self, *responses: httpx.Response | Exception, **more: Any) -> None:
        self.requests: list[httpx.Request] = []
        self.waits: list[float] = []
        self._responses = list(responses)
        mock = httpx.MockTransport(self._respond)
        self.transport = Transport("http://x", http=mock, sleep=self.waits.append, **more)

    def _respond(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        response = self._responses.pop(0)
        if isinstance(response, Exception):
            raise response
        return response


OK = httpx.Response(200, json={})


JSON = {"Content-Type": "application/json"}


def busy(status: int = 503, **headers: str) -> httpx.Response:
    return httpx.Response(status, headers={k.replace("_", "-"): v for k, v in headers.items()})


def test_temporary_failures_are_retried() -> None:
    server = FailingServer(httpx.ConnectError("no"), busy(502), httpx.ReadTimeout("slow"), OK)
    assert server.transport.api("GET", "/tags").json() == {}
    assert len(server.requests) == 4
    assert all(low <= wait <= 2 * low for low, wait in zip((0.18, 0.37, 0.75), server.waits))  # noqa: B905


def test_retry_after_is_respected() -> None:
    moment = format_datetime(datetime.now(UTC) + timedelta(seconds=7))
    server = FailingServer(busy(Retry_After="5"), busy(429, Retry_After=moment), busy(), OK)
    server.transport.api("GET", "/tags")
    assert server.waits[0] == 5
    assert 4 < server.waits[1] <= 7
    assert server.waits[2] < 2
    garbled = httpx.DecodingError("no gzip")
    headers = {b"Retry-After": b"\xb2"}
    nonsense = FailingServer(garbled, httpx.Response(503, headers=headers), OK)
    nonsense.transport.api("GET", "/tags")
    assert max(nonsense.waits) < 1


def test_retries_are_limited() -> None:
    server = FailingServer(busy(Retry_After="3600"))
    with pytest.raises(StorageUnavailable):
        server.transport.api("GET", "/tags")
    assert server.waits == []
    server = FailingServer(*[httpx.ConnectError("no")] * 2, attempts=2)
    with pytest.raises(StorageUnavailable, match="does not respond"):
        server.transport.api("GET", "/tags")
    with pytest.raises(ServerBusy):
        FailingServer(busy(429), attempts=1).transport.api("GET", "/tags")


@pytest.mark.parametrize(
    ("response", "error"),
    [
        (httpx.Response(200, text="<html>"), StorageUnavailable),
        (httpx.Response(200, text="{", headers=JSON), StorageUnavailable),
        (httpx.Response(200, json=[]), StorageUnavailable),
        (httpx.Response(404, text="{", headers=JSON), UnknownImage),
        (httpx.Response(400, json=["wrong"]), BadInput),
        (httpx.Response(302, headers={"Location": "/login"}), StorageUnavailable),
        (httpx.Response(500, text="oops"), StorageUnavailable),
        (httpx.Response(404, text="oops"), UnknownImage),
        (httpx.Response(400, text="oops"), BadInput),
        (
            httpx.Response(
                418,
                json={"type": "http://x/api/v1/#of-the-future", "detail": "No tea."},
                headers={"Content-Type": "application/problem+json"},
            ),
            BadInput,
        ),
    ],
)
def test_unexpected_response_raises_matching_error(
    response: httpx.Response, error: type[Exception]
) -> None:
    server = FailingServer(response)
    with pytest.raises(error):
        server.transport.api("GET", "/tags")
    assert len(server.requests) == 1


def test_token_is_sent_to_the_api_only() -> None:
    server = FailingServer(OK, OK, OK, token="hui_secret")
    server.transport.api("GET", "/tags")
    server.transport.fetch("http://elsewhere.example/o/x")
    server.transport.length("http://elsewhere.example/o/x")
    assert [request.headers.get("Authorization") for request in server.requests] == [
        "Bearer hui_secret",
        None,
        None,
    ]
