"""Clients that send requests over several connections, with timing and checked responses."""

from __future__ import annotations

import http.client
import io
import threading
import time
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from PIL import Image

_TIMEOUT = 120  # seconds


class WrongResponse(Exception):
    """A response is not the requested picture."""


@dataclass(frozen=True)
class Request:
    """A path, and the width and height of the expected picture."""

    path: str
    width: int
    height: int


def rate(url: str, requests: Sequence[Request], at_once: int) -> float:
    """Return pictures per second over `at_once` connections; raises WrongResponse."""
    seconds, bodies = fetched(url, requests, at_once)
    for request, body in zip(requests, bodies, strict=True):
        check(request, body)
    return len(requests) / seconds


def fetched(url: str, requests: Sequence[Request], at_once: int) -> tuple[float, list[bytes]]:
    """Return the seconds from the first request to the last response, and the bodies."""
    waiting = deque(enumerate(requests))
    bodies: list[bytes] = [b""] * len(requests)
    failures: list[Exception] = []
    connections = [_connected(url) for _ in range(at_once)]
    together = threading.Barrier(at_once + 1)

    def work(connection: http.client.HTTPConnection) -> None:
        together.wait()
        try:
            while True:
                try:
                    number, request = waiting.popleft()
                except IndexError:
                    return
                connection.request("GET", request.path)
                response = connection.getresponse()
                bodies[number] = response.read()
                if response.status != 200:
                    raise WrongResponse(f"{response.status} for {url}{request.path}")
        except (OSError, http.client.HTTPException, WrongResponse) as error:
            failures.append(error)

    threads = [threading.Thread(target=work, args=[connection]) for connection in connections]
    for thread in threads:
        thread.start()
    together.wait()
    start = time.perf_counter()
    for thread in threads:
        thread.join()
    seconds = time.perf_counter() - start
    for connection in connections:
        connection.close()
    if failures:
        raise WrongResponse(str(failures[0])) from failures[0]
    return seconds, bodies


def check(request: Request, body: bytes) -> None:
    """Raise WrongResponse unless `body` is a whole picture of the requested size."""
    try:
        with Image.open(io.BytesIO(body)) as image:
            image.load()
            width, height = image.size
    except OSError as error:
        raise WrongResponse(f"{request.path}: no picture: {error}") from error
    # Servers round the shorter side differently.
    if abs(width - request.width) > 1 or abs(height - request.height) > 1:
        raise WrongResponse(
            f"{request.path}: {width} x {height} instead of {request.width} x {request.height}"
        )


def _connected(url: str) -> http.client.HTTPConnection:
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, _TIMEOUT)
    connection.connect()
    return connection
