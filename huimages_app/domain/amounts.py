"""Amounts as people write them: 5000000, 64 MB, 1.5 GB, 100 MP."""

from __future__ import annotations

import re
from decimal import Decimal

_AMOUNT = re.compile(r"([0-9][0-9_]{0,17}(?:\.[0-9]{1,9})?)\s*([kmgt]?)[bp]?", re.IGNORECASE)


def parse_amount(text: str) -> int:
    """Return an amount of bytes or pixels; the units are powers of 1000.  Raises ValueError."""
    match = _AMOUNT.fullmatch(text)
    if match is None:
        raise ValueError(text)
    number, unit = match.groups()
    return int(Decimal(number) * 1000 ** " kmgt".index(unit.lower() or " "))
