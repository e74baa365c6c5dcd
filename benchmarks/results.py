"""What was measured, kept in a file, so that the report can be written from several runs."""

from __future__ import annotations

import json
import statistics
from collections.abc import Mapping, Sequence
from typing import Any

from .peers import INSTALLED

FILE = INSTALLED / "results.json"


def load() -> dict[str, Any]:
    """All parts, by name; those that were never measured are missing."""
    return json.loads(FILE.read_text()) if FILE.exists() else {}


def save(part: str, measured: Mapping[str, Any]) -> None:
    """Keep a part; the other ones stay."""
    FILE.parent.mkdir(parents=True, exist_ok=True)
    FILE.write_text(json.dumps({**load(), part: measured}, indent=1, ensure_ascii=False))


def ratio(speeds: Sequence[float], others: Sequence[float]) -> float:
    """How many times as fast: the median of what the rounds say, each by itself."""
    return statistics.median(speed / other for speed, other in zip(speeds, others, strict=True))
