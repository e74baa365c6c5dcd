"""Several changes to what is known about an image, as one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from types import EllipsisType

from ..domain.models import Image
from ..domain.text import clean_alt, clean_references, clean_title
from ..errors import BadInput
from .uploads import retitled

MAX_TYPES = 20


@dataclass(frozen=True)
class Revision:
    """What is to be different; what is not given stays as it is.

    `title` becomes the newest.  `references` replace those of the same keys; no values
    remove a key.  `types` replace all.  `focus` is x and y in 0…1, or None for none.
    """

    title: str | None = None
    alt: str | None = None
    references: Mapping[str, Sequence[str]] = field(default_factory=dict)
    types: Sequence[str] | None = None
    focus: tuple[float, float] | EllipsisType | None = ...
    created: datetime | None = None

    def cleaned(self) -> Revision:
        """The same, fit to store; raises BadInput for what can't be."""
        if self.title is not None and not clean_title(self.title):
            raise BadInput("the title is empty")
        if isinstance(self.focus, tuple) and not all(0 <= share <= 1 for share in self.focus):
            raise BadInput("a focal point is two numbers from 0 to 1")
        if self.types is not None and len(self.types) > MAX_TYPES:
            raise BadInput(f"{len(self.types)} types are too many: at most {MAX_TYPES}")
        # Keys without values are not known to `clean_references`, which leaves them out.
        references = dict.fromkeys(self.references, ()) | clean_references(self.references)
        return replace(
            self,
            title=None if self.title is None else clean_title(self.title),
            alt=None if self.alt is None else clean_alt(self.alt),
            references=references,
            types=None if self.types is None else tuple(map(clean_title, self.types)),
        )

    def told(self) -> dict[str, str]:
        """What is to be different, for the audit log."""
        given = {
            "title": self.title,
            "alt": self.alt,
            "references": dict(self.references) or None,
            "types": self.types,
            "focus": None if self.focus is ... else str(self.focus),
            "created": self.created,
        }
        return {name: str(value) for name, value in given.items() if value is not None}

    def applied_to(self, image: Image) -> Image:
        """The record with what is different; for a revision that was cleaned."""
        references = {**image.references, **{key: tuple(v) for key, v in self.references.items()}}
        types = image.types if self.types is None else tuple(filter(None, self.types))
        return replace(
            image,
            titles=retitled(image.titles, self.title or ""),
            alt=image.alt if self.alt is None else self.alt,
            references={key: values for key, values in references.items() if values},
            types=tuple(dict.fromkeys(types)),
            focus=image.focus if isinstance(self.focus, EllipsisType) else self.focus,
            created=self.created or image.created,
        )
