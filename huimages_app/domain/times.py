"""Times as programs write them: RFC 3339, as in 2026-01-31T12:00:00Z."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Final

from .periods import days_pattern

# A regular expression, without groups, of the times in UTC of the years 2000 to 2999.
TIME_PATTERN: Final = rf"{days_pattern('2', '2[048]')}T(?:[01][0-9]|2[0-3])(?::[0-5][0-9]){{2}}Z"
# An unquoted plus in a query is a space.
_TIME = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ][0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]+)?"
    r"([Zz]|[+ -][0-9]{2}:[0-9]{2})"
)


def time_of(text: object) -> datetime:
    """Parse a time in the format of RFC 3339; return it in UTC.  Raises ValueError."""
    if not isinstance(text, str) or not _TIME.fullmatch(text):
        raise ValueError(text)
    text = text[:11] + text[11:].replace(" ", "+")
    try:
        return datetime.fromisoformat(text.upper()).astimezone(UTC)
    except OverflowError:  # the first or last day that Python knows, in another time zone
        raise ValueError(text) from None
