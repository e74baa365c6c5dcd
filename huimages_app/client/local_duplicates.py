"""Images that look alike, of the backend that works on the storage directly."""

from __future__ import annotations

from collections.abc import Sequence

from ..domain.models import Count
from .duplicates import DuplicateBackend
from .process import services_of_process


class LocalDuplicates(DuplicateBackend):
    """Uses the services of this process."""

    def duplicates(self) -> list[list[str]]:
        groups = services_of_process().duplicates.all()
        return [[image.id for image in group.images] for group in groups]

    def count_duplicates(self) -> Count:
        return services_of_process().duplicates.count()

    def alike(self, image_id: str) -> list[str]:
        services = services_of_process()
        found = services.duplicates.of_image(services.images.get(image_id))
        return [image.id for image in found]

    def dismiss_duplicates(self, image_ids: Sequence[str]) -> None:
        services_of_process().duplicates.dismiss(image_ids)

    def undismiss_duplicates(self, image_ids: Sequence[str]) -> None:
        services_of_process().duplicates.undismiss(image_ids)
