"""Traces and reports of errors of a process, by the settings."""

from __future__ import annotations

from collections.abc import Callable

from . import sentry, tracing


class Reports:
    """Traces and reports of errors.  Raises BadSetting if a package is missing.

    Nothing of OpenTelemetry or Sentry is imported without their settings.
    """

    def __init__(self, endpoint: str, sample: float, dsn: str, environment: str) -> None:
        self._endpoint = endpoint  # of the collector of traces; empty: none
        self._sample = sample
        self._dsn = dsn  # of Sentry; empty: none
        self._environment = environment
        self._ends: list[Callable[[], None]] = []
        if endpoint:
            tracing.require_packages()
        if dsn:
            sentry.require(dsn)

    def start(self) -> None:
        """Begin to send, in each process that serves: threads do not survive a fork."""
        if self._dsn:
            self._ends.append(sentry.set_up(self._dsn, self._environment))
        if self._endpoint:
            self._ends.append(tracing.set_up(self._endpoint, self._sample))

    def close(self) -> None:
        """Send what is left, and end."""
        while self._ends:
            self._ends.pop()()
