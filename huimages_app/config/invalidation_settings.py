"""The group of the settings table about caches in front of the site."""

from __future__ import annotations

from dataclasses import dataclass

from .parsers import PurgeRequest, command, header_lines, pause, purge_requests, seconds
from .spec import setting


@dataclass(frozen=True)
class InvalidationSettings:
    """Requests and commands that remove a removed or changed image from caches in front."""

    http: tuple[PurgeRequest, ...] = setting(
        "invalidate.http",
        purge_requests,
        (),
        "requests that remove an image from caches in front, one per line, such as "
        "BAN http://10.0.0.9:6081/{id}",
    )
    headers: dict[str, str] = setting(
        "invalidate.headers",
        header_lines,
        {},
        "headers of these requests, one per line, such as the key of a CDN",
        secret=True,
    )
    command: str = setting(
        "invalidate.command",
        command,
        "",
        "command that removes an image from a cache, run without a shell",
    )
    timeout: float = setting(
        "invalidate.timeout", seconds, 10.0, "limit of one request or command, in seconds"
    )
    again: float = setting(
        "invalidate.again",
        pause,
        60.0,
        "seconds after a success until the same request is sent again, for responses that were on "
        "their way into the cache; 0: never",
    )
    give_up: float = setting(
        "invalidate.give_up",
        seconds,
        86_400.0,
        "seconds after which a request that keeps failing is given up and logged as an error",
    )

    @property
    def is_empty(self) -> bool:
        """Return whether there are no caches in front to inform."""
        return not self.http and not self.command
