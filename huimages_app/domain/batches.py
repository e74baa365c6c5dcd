"""Batches: the pictures that were uploaded together, from one opened page of the upload.

Their link shows exactly these pictures, also those that were stored before, and none that others
upload at the same time.
"""

from __future__ import annotations

import re
import secrets
from typing import Final

BATCH: Final = re.compile(r"[0-9a-f]{16}")
MAX_BATCHES: Final = 5  # batches that an image remembers


def new_batch() -> str:
    """Return the ID of a new batch."""
    return secrets.token_hex(8)


def with_batch(batches: tuple[str, ...], batch: str) -> tuple[str, ...]:
    """Return the batches of an image with one more, the newest last."""
    return (*(one for one in batches if one != batch), batch)[-MAX_BATCHES:]
