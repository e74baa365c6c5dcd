"""Changes to the record of an image, as one value."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from types import EllipsisType

from ..domain.articles import pruned
from ..domain.batches import BATCH, with_batch
from ..domain.content import ContentBox, from_per_mille, in_per_mille, is_content_box
from ..domain.models import Image, Places
from ..domain.rights import clean_rights
from ..domain.text import clean_alt, clean_filename, clean_references, clean_title
from ..errors import BadInput

MAX_TYPES = 20

# The name of a change in the audit log, where it is the only one of a patch.
_ACTIONS = {
    "title": "retitled",
    "alt": "alt text changed",
    "focus": "focal point moved",
    "corrected_content": "content box corrected",
    "references": "references changed",
    "rights": "rights changed",
    "taken": "time of taking changed",
}


@dataclass(frozen=True)
class ImagePatch:
    """The fields to change; a field that is not given stays as it is."""

    title: str | None = None  # becomes the current title
    alt: str | None = None  # empty removes it
    references: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """Replace those of the same keys; a key without values is removed."""
    types: Sequence[str] | None = None  # replace all
    focus: tuple[float, float] | EllipsisType | None = ...  # x, y in 0…1; None removes it
    corrected_content: ContentBox | EllipsisType | None = ...  # None: back to the measured one
    created: datetime | None = None
    added_references: Mapping[str, Sequence[str]] = field(default_factory=dict)
    added_types: Sequence[str] = ()
    default_title: str = ""  # for an image without a title
    name_title: str = ""  # for one that has none from anywhere else: the name of the file
    default_filename: str = ""  # for an image without a file name
    default_alt: str = ""  # for an image without an alternative text
    rights: Mapping[str, str] | None = None  # fields to change; an empty text removes one
    taken: datetime | EllipsisType | None = ...  # None removes it
    default_places: Places = field(default_factory=dict)  # in articles where it has none
    batch: str = ""  # the ID of the upload that brings the image

    def cleaned(self) -> ImagePatch:
        """Return the patch as it can be stored; raises BadInput for what cannot be."""
        if self.title is not None and not clean_title(self.title):
            raise BadInput("the title is empty; expected at least one visible character")
        if isinstance(self.focus, tuple) and not all(0 <= share <= 1 for share in self.focus):
            raise BadInput("a focal point is two numbers from 0 to 1")
        if isinstance(self.corrected_content, tuple) and not is_content_box(self.corrected_content):
            raise BadInput(
                "a content box is left, top, right, bottom from 0 to 1, left before right and "
                "top before bottom"
            )
        if self.batch and not BATCH.fullmatch(self.batch):
            raise BadInput(f"the batch is {self.batch[:40]!r}; expected 16 hexadecimal digits")
        if self.types is not None and len(self.types) > MAX_TYPES:
            raise BadInput(f"{len(self.types)} types are too many: at most {MAX_TYPES}")
        # `clean_references` drops keys without values, which remove a key here.
        references = dict.fromkeys(self.references, ()) | clean_references(self.references)
        return replace(
            self,
            title=None if self.title is None else clean_title(self.title),
            alt=None if self.alt is None else clean_alt(self.alt),
            references=references,
            types=None if self.types is None else _clean_types(self.types),
            corrected_content=_in_steps(self.corrected_content),
            added_references=clean_references(self.added_references),
            added_types=_clean_types(self.added_types),
            default_title=clean_title(self.default_title),
            name_title=clean_title(self.name_title),
            default_filename=clean_filename(self.default_filename),
            default_alt=clean_alt(self.default_alt),
            rights=None if self.rights is None else clean_rights(self.rights),
        )

    def applied_to(self, image: Image) -> Image:
        """Return the changed record; requires a cleaned patch."""
        title = self.title or ("" if image.titles else self.default_title or self.name_title)
        types = image.types if self.types is None else self.types
        references = self._references_of(image)
        return replace(
            image,
            titles=_with_title(image.titles, title),
            alt=(image.alt or self.default_alt) if self.alt is None else self.alt,
            references=references,
            types=tuple(dict.fromkeys([*types, *self.added_types])),
            focus=image.focus if isinstance(self.focus, EllipsisType) else self.focus,
            corrected_content=image.corrected_content
            if isinstance(self.corrected_content, EllipsisType)
            else self.corrected_content,
            created=self.created or image.created,
            filename=image.filename or self.default_filename,
            rights=image.rights.patched(self.rights or {}),
            taken=image.taken if isinstance(self.taken, EllipsisType) else self.taken,
            places=self._places_of(image, references),
            batches=with_batch(image.batches, self.batch) if self.batch else image.batches,
        )

    def _references_of(self, image: Image) -> dict[str, tuple[str, ...]]:
        references = {**image.references, **{key: tuple(v) for key, v in self.references.items()}}
        for key, values in self.added_references.items():
            references[key] = tuple(dict.fromkeys([*references.get(key, ()), *values]))
        return {key: values for key, values in references.items() if values}

    def _places_of(self, image: Image, references: Mapping[str, Sequence[str]]) -> Places:
        keys = dict.fromkeys([*image.places, *self.default_places])
        places = {
            key: {**self.default_places.get(key, {}), **image.places.get(key, {})} for key in keys
        }
        return pruned(places, references)

    @property
    def audit_action(self) -> str:
        """Return the name of the change in the audit log."""
        changes = self.audit_details()
        if not changes:
            return "described"
        return _ACTIONS.get(next(iter(changes)), "revised") if len(changes) == 1 else "revised"

    def audit_details(self) -> dict[str, str]:
        """Return the replaced values, for the audit log."""
        given = {
            "title": self.title,
            "alt": self.alt,
            "references": dict(self.references) or None,
            "types": self.types,
            "focus": None if self.focus is ... else str(self.focus),
            "corrected_content": None
            if self.corrected_content is ...
            else str(self.corrected_content),
            "created": self.created,
            "rights": self.rights,
            "taken": None if self.taken is ... else str(self.taken),
        }
        return {name: str(value) for name, value in given.items() if value is not None}


def _in_steps(box: ContentBox | EllipsisType | None) -> ContentBox | EllipsisType | None:
    """Return the content box as a URL has it."""
    return from_per_mille(in_per_mille(box)) if isinstance(box, tuple) else box


def _clean_types(types: Sequence[str]) -> tuple[str, ...]:
    return tuple(filter(None, map(clean_title, types)))


def _with_title(titles: tuple[str, ...], title: str) -> tuple[str, ...]:
    """Return the titles with `title` as the current one, each once; unchanged if it is empty."""
    return (*(old for old in titles if old != title), title) if title else titles
