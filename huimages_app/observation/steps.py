"""Steps of the work: what they are named, how long they take, and whether they fail.

Code marks a step with `step` or `storage_call`.  The durations go to the request that is
recorded in this thread, for the log line of a slow one, to the metrics, and to the tracer.
Imports nothing but the standard library and `errors`, so that processes which only decode
pictures start quickly.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from contextvars import ContextVar
from dataclasses import dataclass

from ..errors import StorageUnavailable


@dataclass(frozen=True, slots=True)
class Step:
    """A step that has ended.  `backend` is empty unless it was a call of a storage backend."""

    name: str
    seconds: float
    backend: str = ""
    failed: bool = False

    @property
    def label(self) -> str:
        """Return the name in log lines and traces."""
        return f"{self.backend}.{self.name}" if self.backend else self.name


Observer = Callable[[Step], None]
Tracer = Callable[[str], AbstractContextManager[object]]

_recorded: ContextVar[dict[str, float] | None] = ContextVar("steps", default=None)
_observers: list[Observer] = []
_tracer: Tracer | None = None


def add_observer(observer: Observer) -> None:
    """Call `observer` with every step that ends in this process."""
    _observers.append(observer)


def set_tracer(tracer: Tracer | None) -> None:
    """Enter the context `tracer(label)` with every step that begins in this process."""
    global _tracer  # noqa: PLW0603 - a process has one tracer
    _tracer = tracer


@contextmanager
def step(
    name: str, backend: str = "", failures: tuple[type[Exception], ...] = (StorageUnavailable,)
) -> Iterator[None]:
    """Time the block as a step, which has failed if it raises one of `failures`."""
    begun = time.perf_counter()
    failed = False
    label = f"{backend}.{name}" if backend else name
    try:
        with _tracer(label) if _tracer else nullcontext():
            yield
    except failures:
        failed = True
        raise
    finally:
        _report(Step(name, time.perf_counter() - begun, backend, failed))


def storage_call(
    backend: str, operation: str, *failures: type[Exception]
) -> AbstractContextManager[None]:
    """Time the block as a call of a storage backend.

    It has failed if it raises StorageUnavailable, or one of `failures` of the backend's client.
    """
    return step(operation, backend, (StorageUnavailable, *failures))


@contextmanager
def recorded() -> Iterator[dict[str, float]]:
    """Yield the seconds by label, which the steps of this thread add to inside."""
    seconds: dict[str, float] = {}
    token = _recorded.set(seconds)
    try:
        yield seconds
    finally:
        _recorded.reset(token)


def replay(seconds: Mapping[str, float]) -> None:
    """Report steps that were recorded in another process."""
    for name, duration in seconds.items():
        _report(Step(name, duration))


def _report(ended: Step) -> None:
    seconds = _recorded.get()
    if seconds is not None:
        seconds[ended.label] = seconds.get(ended.label, 0.0) + ended.seconds
    for observer in _observers:
        observer(ended)
