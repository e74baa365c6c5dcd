"""What the metadata embedded in a file says of the picture."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from .rights import Rights


@dataclass(frozen=True, slots=True)
class Embedded:
    """What a file says of itself, cleaned; empty where it says nothing."""

    title: str = ""
    alt: str = ""
    keywords: tuple[str, ...] = ()
    rights: Rights = Rights()
    taken: datetime | None = None  # in UTC
    camera: str = ""
