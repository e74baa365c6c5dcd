"""Numbers of one process for Prometheus."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    disable_created_metrics,
    generate_latest,
)

# One more series per counter, which nothing uses.
disable_created_metrics()  # type: ignore[no-untyped-call]

# Seconds: a small rendition takes 10 ms, the largest pictures take several seconds.
_BUCKETS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)


class Metrics:
    """Counters, gauges and histograms in a separate registry.  Thread-safe."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self._responses = Counter(
            "huimages_responses",
            "Responses by status; 206 and 304 are counted as 200.",
            ["status"],
            registry=self._registry,
        )
        self._counters = {
            name: Counter(f"huimages_{name}", text, registry=self._registry)
            for name, text in (
                ("hits", "Renditions found in the cache."),
                ("renderings", "Renditions made, failures included."),
                ("refusals", "Renditions refused because the queue was full."),
                ("decoder_failures", "Decoders that crashed, hung or ran out of memory."),
            )
        }
        self._timers = {
            "renderings": Histogram(
                "huimages_rendering_seconds",
                "Time to make a rendition, without waiting.",
                buckets=_BUCKETS,
                registry=self._registry,
            )
        }
        self._gauges = {
            name: Gauge(f"huimages_{name}", text, registry=self._registry)
            for name, text in (
                ("rendering", "Renditions that are being made."),
                ("rendering_waiting", "Renditions that wait in the queue."),
                ("jobs_waiting", "Background jobs that are not completed."),
            )
        }

    def count(self, name: str) -> None:
        """Add one to a counter: `hits`, `renderings`, `refusals` or `decoder_failures`."""
        self._counters[name].inc()

    def count_response(self, status: int) -> None:
        """Count a response by its HTTP status."""
        self._responses.labels(status=str(status)).inc()

    @contextmanager
    def timed(self, name: str) -> Iterator[None]:
        """Count the block and observe the seconds that it takes, also if it raises."""
        self.count(name)
        with self._timers[name].time():
            yield

    def exposition(self, **gauges: float) -> bytes:
        """Return all numbers in the text format of Prometheus 0.0.4, with the gauges as given."""
        for name, value in gauges.items():
            self._gauges[name].set(value)
        return generate_latest(self._registry)
