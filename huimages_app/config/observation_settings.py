"""The groups of the settings table about logs, traces, reports of errors and caches in front."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from .parsers import one_of, pause, share, text, web_url
from .spec import setting


@dataclass(frozen=True)
class LogSettings:
    """Log lines."""

    format: Literal["text", "json"] = setting(
        "log.format",
        one_of("text", "json"),
        "text",
        "form of the log lines whose formatter in the ini file is "
        "huimages_app.observation.logs.Line: lines for people, or one JSON object per line",
    )
    slow: float = setting(
        "log.slow",
        pause,
        5.0,
        "seconds from which on a request is logged as slow, with its steps; 0: never",
    )


@dataclass(frozen=True)
class OtelSettings:
    """Traces for OpenTelemetry."""

    endpoint: str = setting(
        "otel.endpoint",
        web_url,
        "",
        "URL of an OTLP/HTTP collector of traces, such as http://127.0.0.1:4318/v1/traces; needs "
        "huimages[otel]; empty: no traces",
    )
    sample: float = setting(
        "otel.sample",
        share,
        1.0,
        "share of the requests that are traced, unless the proxy in front has decided",
    )


@dataclass(frozen=True)
class SentrySettings:
    """Reports of errors."""

    dsn: str = setting(
        "sentry.dsn",
        text,
        "",
        "DSN of a Sentry project, to which errors are reported; needs huimages[sentry]; empty: no "
        "reports",
        secret=True,
    )
    environment: str = setting(
        "sentry.environment", text, "", "name of this installation in the reports"
    )
