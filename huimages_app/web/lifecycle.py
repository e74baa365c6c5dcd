"""Start the parts of a process before it serves, and close them afterwards.

A site is loaded once, before the server forks its worker processes.  Threads, child processes
and connections do not survive a fork, so each worker starts them itself.
"""

from __future__ import annotations

import atexit
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from pyramid.events import NewRequest, subscriber


@dataclass(frozen=True)
class Site:
    """A loaded site: how many processes serve it, what each of them starts and closes."""

    workers: int
    start: Callable[[], None]
    close: Callable[[], None]


_loaded: list[Site] = []
_lock = threading.Lock()
_waiting: list[Site] = []


def register(site: Site) -> None:
    """Add a site that this process, or its worker processes, will serve."""
    _loaded.append(site)
    _waiting.append(site)


def workers() -> int:
    """Return the number of processes that serve the loaded sites."""
    return max((site.workers for site in _loaded), default=1)


def start() -> None:
    """Start what is not started yet; it is closed when the process ends."""
    with _lock:
        while _waiting:
            site = _waiting.pop(0)
            atexit.register(site.close)
            site.start()


@subscriber(NewRequest)
def start_late(event: Any) -> None:
    """Start at the first request, below a server that does not call `start`."""
    if _waiting:
        start()
