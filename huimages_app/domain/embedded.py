"""Metadata of a picture that is embedded in its file."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from .rights import MAX_TEXT, Rights, is_web_url, source_type_of
from .tags import MAX_LENGTH
from .text import MAX_ALT, MAX_TITLE, clean

MAX_KEYWORDS: Final = 100
MAX_CAMERA: Final = 100  # characters


@dataclass(frozen=True, slots=True)
class Embedded:
    """The metadata embedded in a file, cleaned; missing values are empty."""

    title: str = ""
    alt: str = ""
    keywords: tuple[str, ...] = ()
    rights: Rights = Rights()
    taken: datetime | None = None  # in UTC
    camera: str = ""

    @property
    def is_clean(self) -> bool:
        """Return whether all texts can be stored as they are: clean, and within the limits."""
        bounded = [
            (self.title, MAX_TITLE),
            (self.alt, MAX_ALT),
            (self.camera, MAX_CAMERA),
            *((keyword, MAX_LENGTH) for keyword in self.keywords),
            *((text, MAX_TEXT) for text in self.rights.values.values()),
        ]
        statement, origin = self.rights.statement, self.rights.source_type
        return (
            len(self.keywords) <= MAX_KEYWORDS
            and all(len(text) <= longest and clean(text) == text for text, longest in bounded)
            # No format of embedded metadata has days on which a picture may be shown.
            and not self.rights.from_
            and not self.rights.until
            and (not statement or is_web_url(statement))
            and source_type_of(origin) == origin
        )
