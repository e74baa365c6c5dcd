"""Rules for copying embedded metadata of an original into its record."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace

from ..domain.embedded import Embedded
from ..domain.models import Image
from ..domain.tags import MAX_LENGTH, MAX_TAGS, by_tag
from ..domain.text import clean
from .image_patch import ImagePatch


@dataclass(frozen=True)
class EmbeddedPolicy:
    """The parts that are taken over, by the words of `huimages.embedded.read`.

    What people state counts first, then the embedded metadata, then the name of the file.
    """

    parts: Collection[str]

    def completed(self, patch: ImagePatch, embedded: Embedded) -> ImagePatch:
        """Return the patch of a new image with the texts that it does not give."""
        return replace(
            patch,
            default_title=patch.default_title or (embedded.title if "title" in self.parts else ""),
            default_alt=patch.default_alt or (embedded.alt if "alt" in self.parts else ""),
        )

    def tags(self, embedded: Embedded, given: Collection[str] = ()) -> tuple[str, ...]:
        """Return the keywords as tags; those that do not fit beside the `given` are left out."""
        if "tags" not in self.parts:
            return ()
        # A blank or a comma would divide the tag.
        typed = ("-".join(clean(word).replace(",", " ").split()) for word in embedded.keywords)
        fitting = by_tag(
            tag for tag in typed if tag and max(len(tag), len(tag.lower())) <= MAX_LENGTH
        )
        present = by_tag(given)
        room = MAX_TAGS - len(given)
        return tuple([spelling for tag, spelling in fitting.items() if tag not in present][:room])

    def with_facts(self, image: Image, embedded: Embedded) -> Image:
        """Return the record with rights, time and camera, where it has none of its own."""
        if "rights" in self.parts and not image.rights:
            image = replace(image, rights=embedded.rights)
        if "taken" in self.parts:
            image = replace(
                image, taken=image.taken or embedded.taken, camera=image.camera or embedded.camera
            )
        return image
