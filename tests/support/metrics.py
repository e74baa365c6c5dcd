"""Read metrics of this process, or those that a process returned."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from huimages_app.observation.metrics import REGISTRY


def value(name: str, **labels: str) -> float:
    """Return the value of a series of this process; 0 if it does not exist yet."""
    return REGISTRY.get_sample_value(name, labels) or 0.0


@contextmanager
def increase(expected: float, name: str, **labels: str) -> Iterator[None]:
    """Fail unless a series of this process grows by `expected` inside."""
    before = value(name, **labels)
    yield
    assert value(name, **labels) - before == expected, (name, labels)


def parsed(text: str) -> dict[str, float]:
    """Return the values in a response of /metrics, by name with labels."""
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    return {name: float(number) for name, _, number in (line.rpartition(" ") for line in lines)}
