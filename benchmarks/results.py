"""The measurements, stored in a file, so that a report combines several runs."""

from __future__ import annotations

import json
import statistics
from collections.abc import Mapping, Sequence
from typing import Any

from .peers import INSTALLED

FILE = INSTALLED / "results.json"


def load() -> dict[str, Any]:
    """Return the measured parts, by name."""
    return json.loads(FILE.read_text()) if FILE.exists() else {}


def save(part: str, measured: Mapping[str, Any]) -> None:
    """Store a part; the other parts stay."""
    FILE.parent.mkdir(parents=True, exist_ok=True)
    FILE.write_text(json.dumps({**load(), part: measured}, indent=1, ensure_ascii=False))


def ratio(speeds: Sequence[float], others: Sequence[float]) -> float:
    """Return how many times as fast: the median of the ratios of the rounds."""
    return statistics.median(speed / other for speed, other in zip(speeds, others, strict=True))
