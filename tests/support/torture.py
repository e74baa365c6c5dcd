"""Amounts of the tests in `tests/torture`: a few seconds in `make test`, more in `make torture`."""

from __future__ import annotations

import os
from typing import TypeVar

Amount = TypeVar("Amount", int, float)

# Set by `make torture`.
VARIABLE = "HUIMAGES_TORTURE"
SECONDS = "HUIMAGES_TORTURE_SECONDS"  # length of the mixed load
IS_LONG = os.environ.get(VARIABLE) == "long"


def amount(short: Amount, long: Amount) -> Amount:
    """Return one of two amounts: of `make test`, or of `make torture`."""
    return long if IS_LONG else short
