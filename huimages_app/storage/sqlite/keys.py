"""The keys of images, which ascend with the time of their creation."""

from __future__ import annotations

import sqlite3
from datetime import datetime

from .codec import time_of_micros

# A key is the microseconds since 1700, times 512, which leaves 512 keys for images of the
# same microsecond: 63 bits reach until 2270.
_KEYS_PER_MICROSECOND = 1 << 9
_START = -8_520_336_000_000_000
_LAST = (1 << 54) - (1 << 24)


def free_key(db: sqlite3.Connection, time: int) -> int:
    """Return a free key for an image created at `time`, in microseconds since 1970.

    Keys ascend with the time, and among equal times in the order of insertion.  When the
    keys of a microsecond are used up, the next microsecond is used.
    """
    first = first_key(time)
    while True:
        last = first + _KEYS_PER_MICROSECOND - 1
        (used,) = db.execute(
            "SELECT max(key) FROM images WHERE key BETWEEN ? AND ?", [first, last]
        ).fetchone()
        if used is None:
            return first
        if used < last:
            return int(used) + 1
        first += _KEYS_PER_MICROSECOND


def first_key(time: int) -> int:
    """Return the least key of images created at `time`, in microseconds since 1970."""
    return min(max(time - _START, 0), _LAST) * _KEYS_PER_MICROSECOND


def time_of_key(key: int) -> datetime:
    """Return the time at which an image with this key was created."""
    return time_of_micros(key // _KEYS_PER_MICROSECOND + _START)
