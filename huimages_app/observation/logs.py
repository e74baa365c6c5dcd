"""Formatters of log lines: one line per event, with the ID of the request, without secrets.

An ini file names them in a [formatter] section: `class = huimages_app.observation.logs.Line`.
"""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Iterator
from datetime import UTC, datetime

from . import request_ids

HIDDEN = "[hidden]"

# The program logs none of these.  This is for messages of libraries and of exceptions.
_SECRETS = re.compile(
    r"""
      (?<=[?&]s=)[^&\s"']+                                   # signature of a URL
    | (?<=X-Amz-Signature=)[^&\s"']+ | (?<=X-Amz-Credential=)[^&\s"']+
    | (?<=X-Amz-Security-Token=)[^&\s"']+
    | (?<=://)[^/\s"'@]+:[^/\s"'@]+(?=@)                     # user:password
    | (?<=Bearer\s)[^\s"',;]+ | (?<=Basic\s)[A-Za-z0-9+/=]{8,}
    | \bhui_[A-Za-z0-9_-]{16,}                               # API token
    | (?<=\bhuimages=)[^\s"';]+ | (?<=\bhuimages_visitor=)[^\s"';]+
    """,
    re.VERBOSE | re.IGNORECASE,
)
# Line breaks, and what controls a terminal.
_CONTROL = re.compile(r"[\x00-\x08\x0a-\x1f\x7f-\x9f\u2028\u2029]")


def without_secrets(text: str) -> str:
    """Return the text with signatures, tokens, cookies and passwords replaced."""
    return _SECRETS.sub(HIDDEN, text)


def _escaped(match: re.Match[str]) -> str:
    return match[0].encode("unicode_escape").decode("ascii")


class Line(logging.Formatter):
    """Text for people: one line, below it the traceback if there is one.

    `%(request)s` in the format is the ID of the request, `-` outside of requests.
    """

    def format(self, record: logging.LogRecord) -> str:
        record.request = request_ids.current() or "-"
        return without_secrets(super().format(record))

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - logging's name
        return _CONTROL.sub(_escaped, super().formatMessage(record))


class Json(logging.Formatter):
    """One JSON object per line for programs; the traceback is a field of it."""

    def format(self, record: logging.LogRecord) -> str:
        moment = datetime.fromtimestamp(record.created, UTC)
        line = {
            "time": moment.isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "thread": record.threadName,
            "message": without_secrets(record.getMessage()),
        }
        if request_id := request_ids.current():
            line["request"] = request_id
        if record.exc_info:
            line["traceback"] = without_secrets(self.formatException(record.exc_info))
        return json.dumps(line, ensure_ascii=False)


def write_json() -> None:
    """Replace the formatter of every handler that writes `Line`."""
    for handler in _handlers():
        if isinstance(handler.formatter, Line):
            handler.setFormatter(Json())


def _handlers() -> Iterator[logging.Handler]:
    for logger in (logging.root, *logging.root.manager.loggerDict.values()):
        yield from getattr(logger, "handlers", ())
