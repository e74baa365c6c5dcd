"""The backend that works on the storage directly, in this process."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, BinaryIO

from ..domain.models import Count, Image, Neighbours, Query
from ..domain.validity import parse_day
from ..errors import StorageUnavailable, UnknownImage
from .backend import Backend
from .local_collections import LocalCollections
from .local_duplicates import LocalDuplicates
from .local_finding import LocalFinding
from .local_jobs import LocalJobs
from .local_saved_searches import LocalSavedSearches
from .local_shares import LocalShares
from .local_tables import LocalTables
from .process import services_of_process
from .values import ArticleImage, Details, EndingImage, ImageChange, RenditionInfo

if TYPE_CHECKING:
    from ..domain.content import ContentBox
    from ..domain.sizes import Size
    from ..services.container import Services
    from ..services.image_patch import ImagePatch

log = logging.getLogger(__name__)


class LocalBackend(
    LocalCollections,
    LocalDuplicates,
    LocalFinding,
    LocalJobs,
    LocalSavedSearches,
    LocalShares,
    LocalTables,
    Backend,
):
    """Uses the services of this process."""

    def save(self, file: BinaryIO, details: Details) -> str:
        return services_of_process().uploads.add(file, _patch(details)).image.id

    def update(self, image_id: str, details: Details) -> None:
        services_of_process().editing.update(image_id, _patch(details))

    def set_title(self, image_id: str, title: str) -> None:
        from ..services.image_patch import ImagePatch

        services_of_process().editing.update(image_id, ImagePatch(title=title))

    def set_rights(self, image_id: str, rights: Mapping[str, str]) -> None:
        from ..services.image_patch import ImagePatch

        services_of_process().editing.update(image_id, ImagePatch(rights=rights))

    def set_content(self, image_id: str, box: ContentBox | None) -> None:
        from ..services.image_patch import ImagePatch

        services_of_process().editing.update(image_id, ImagePatch(corrected_content=box))

    def history(self, image_id: str) -> list[ImageChange]:
        return [
            ImageChange(change.id, change.at, change.by, change.field, change.before, change.after)
            for change in reversed(services_of_process().histories.of(image_id))
        ]

    def take_back(self, image_id: str, change_id: str) -> None:
        services_of_process().histories.take_back(image_id, change_id)

    def replace(self, image_id: str, file: BinaryIO, filename: str) -> str:
        return services_of_process().versions.replace(image_id, file, filename).image.id

    def turn(self, image_id: str, degrees: int) -> str:
        return services_of_process().versions.turn(image_id, degrees).id

    def go_back(self, image_id: str) -> None:
        services_of_process().versions.go_back(image_id)

    def versions(self, image_id: str) -> list[str]:
        services = services_of_process()
        found = services.versions.all(services.images.get(image_id))
        return [image.id for image in found if image.trashed is None]

    def delete(self, image_id: str) -> None:
        services_of_process().editing.remove(image_id)

    def image(self, image_id: str) -> Image:
        return services_of_process().images.get_any(image_id)

    def length(self, image_id: str) -> int:
        return services_of_process().images.length(image_id)

    def url(self, image_id: str, size: str) -> str:
        services = services_of_process()
        return services.urls.url(image_id, _shown(services, image_id, services.urls.size(size)))

    def content(self, image_id: str, size: str) -> bytes:
        services = services_of_process()
        shown = _shown(services, image_id, services.urls.size(size))
        served = (
            services.renditions.original(image_id)
            if shown.is_original
            else services.renditions.get(image_id, shown, shown.format_for())
        )
        try:
            return served.file.read()
        finally:
            served.close()

    def rendition(self, image_id: str, size: str) -> RenditionInfo:
        services = services_of_process()
        image = services.showing.require_shown(services.images.get_any(image_id))
        width, height = services.urls.size(size).fitted(image.width, image.height)
        url = services.urls.named_url(image, size)
        return RenditionInfo(url, width, height, services.urls.alt(image))

    def article(self, key: str, number: str) -> list[ArticleImage]:
        article = services_of_process().articles.find(key, number)
        places = [(image.id, article.place(image)) for image in article.images]
        return [ArticleImage(image_id, place.at, place.role) for image_id, place in places]

    def count_articles(self, key: str, prefix: str) -> Count:
        return services_of_process().articles.count(key, prefix=prefix)

    def article_url(self, key: str, number: str, size: str, which: str) -> str:
        return services_of_process().article_urls.url(size, key, number, which)

    def arrange(self, key: str, number: str, order: Sequence[str]) -> None:
        services_of_process().articles.arrange(key, number, order)

    def set_role(self, key: str, number: str, image_id: str, role: str) -> None:
        services_of_process().articles.set_role(key, number, image_id, role)

    def ending(self, days: int) -> list[EndingImage]:
        services = services_of_process()
        first, last = services.showing.coming_days(days)
        images = services.images.all_ending(first, last)
        return [EndingImage(image.id, parse_day(image.rights.until)) for image in images]

    def count_ending(self, days: int) -> Count:
        services = services_of_process()
        return services.images.count_ending(*services.showing.coming_days(days))

    def random(self) -> str | None:
        images = services_of_process().images.random(1)
        return images[0].id if images else None

    def neighbours(self, image_id: str) -> Neighbours:
        return services_of_process().images.neighbours(Query(), image_id)


def _patch(details: Details) -> ImagePatch:
    from ..domain.text import clean_title
    from ..services.image_patch import ImagePatch

    return ImagePatch(
        title=clean_title(details.title) or None,
        default_filename=details.filename,
        added_references=details.references or {},
        added_types=[details.type],
        created=details.timestamp,
    )


def _shown(services: Services, image_id: str, size: Size) -> Size:
    """Return a size with the focal point and content box of the image."""
    if not size.crop and not size.padding:
        return size
    try:
        return services.images.get_any(image_id).shown_in(size)
    except (StorageUnavailable, UnknownImage) as error:
        # The URL works without them: around the centre, and trimmed as measured.
        log.warning("no focal point and content box: image=%s error=%s", image_id, error)
        return size
