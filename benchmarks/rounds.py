"""Contests between servers, in rounds and in turn, so that a busy moment affects all of them."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from huimages_app.domain.sizes import Size

from .load import Request, rate
from .machine import core_seconds
from .originals import Original
from .peers import Server


@dataclass(frozen=True)
class Speed:
    """Speed of a server in one round: pictures per second, and per second of CPU time.

    Other programs on the machine slow down the first one, and hardly the second.
    """

    by_clock: float
    by_core: float


# Results of a contest: the speeds of each server, in the order of the rounds.
Speeds = dict[str, list[Speed]]


@dataclass(frozen=True)
class Contest:
    """The same requests to several servers, over `at_once` connections."""

    name: str
    servers: Sequence[Server]
    wanted: Sequence[tuple[Original, Size]]
    at_once: int = 1

    def requests(self, server: Server) -> list[Request]:
        return [server.request(original, size) for original, size in self.wanted]


def run(
    contests: Sequence[Contest],
    rounds: int,
    seconds: float,
    forget: Callable[[], None],
    say: Callable[[str], None],
) -> dict[str, Speeds]:
    """Run all contests `rounds` times; fewer, but at least once, when `seconds` are over.

    `forget` empties all caches; it is called before each measurement.
    """
    results: dict[str, Speeds] = {
        contest.name: {server.name: [] for server in contest.servers} for contest in contests
    }
    end = time.monotonic() + seconds
    for number in range(rounds):
        start = time.monotonic()
        for contest in contests:
            for server in random.sample(contest.servers, len(contest.servers)):
                forget()
                results[contest.name][server.name].append(speed(contest, server))
        took = time.monotonic() - start
        say(f"round {number + 1} of {rounds}: {took:.0f} s")
        if time.monotonic() + took > end:
            break
    return results


def speed(contest: Contest, server: Server) -> Speed:
    """Measure one server in one contest; raises WrongResponse."""
    requests = contest.requests(server)
    before = core_seconds(server.pid)
    by_clock = rate(server.url, requests, contest.at_once)
    used = core_seconds(server.pid) - before
    return Speed(by_clock, len(requests) / max(used, 0.01))


def boxes(originals: Sequence[Original], side: int, count: int) -> list[tuple[Original, Size]]:
    """Return `count` different renditions of about the same size."""
    return [
        (originals[number % len(originals)], Size(smaller, smaller))
        for number in range(count)
        for smaller in [side - number // len(originals)]
    ]
