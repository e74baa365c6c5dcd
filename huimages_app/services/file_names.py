"""Article numbers, roles and places that the names of uploaded files contain."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from ..domain.article_names import NamePattern
from ..domain.models import Place
from ..domain.text import clean_reference
from .image_patch import ImagePatch

_KEY = "artnr"


@dataclass(frozen=True)
class FileNames:
    """Completes patches of uploads; `pattern` finds values of the reference `artnr`."""

    pattern: NamePattern | None = None
    roles: Sequence[str] = ()

    def completed(self, patch: ImagePatch) -> ImagePatch:
        """Return the patch with the reference in its file name, unless it gives others.

        Role and place in the name apply to the article of the name only.
        """
        named = self.pattern.find(patch.default_filename, self.roles) if self.pattern else None
        if named is None:
            return patch
        number = clean_reference(named.number)
        given = [*patch.references.get(_KEY, ()), *patch.added_references.get(_KEY, ())]
        added = patch.added_references if any(given) else {**patch.added_references, _KEY: [number]}
        if named.place == Place() or (any(given) and number not in map(clean_reference, given)):
            return replace(patch, added_references=added)
        places = {_KEY: {number: named.place}}
        return replace(patch, added_references=added, default_places=places)
