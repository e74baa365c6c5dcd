"""Doing the same to many things, several at a time."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from typing import TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")

# How many items per thread are under way or taken from their source: a thread that has
# finished finds the next one ready, and a source of a million is never all in memory.
_AHEAD = 2


def in_parallel(
    function: Callable[[Item], Result], items: Iterable[Item], jobs: int
) -> Generator[Result, None, None]:
    """What `function` makes of each item, in the order of completion, in `jobs` threads.

    An exception of `function`, or closing the generator, ends it all: nothing new is
    begun, and what is under way is waited for.
    """
    with ThreadPoolExecutor(jobs) as pool:
        running: set[Future[Result]] = set()
        try:
            for item in items:
                running.add(pool.submit(function, item))
                while len(running) >= _AHEAD * jobs:
                    done, running = wait(running, return_when=FIRST_COMPLETED)
                    yield from [future.result() for future in done]
            while running:
                done, running = wait(running, return_when=FIRST_COMPLETED)
                yield from [future.result() for future in done]
        finally:
            pool.shutdown(cancel_futures=True)
