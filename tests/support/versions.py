"""Images with versions, for tests of services and pages."""

from __future__ import annotations

import io
from typing import Any

from huimages_app.domain.models import Image, Query
from huimages_app.services.container import Services
from huimages_app.services.maintenance.integrity import Finding
from huimages_app.services.uploads import UploadResult
from tests.support.pictures import photo
from tests.support.services import add


def a_photo(seed: int) -> bytes:
    return photo(40, 30, seed=seed)


def added(services: Services, seed: int, **fields: Any) -> str:
    """Upload picture number `seed`; return its ID."""
    return add(services, a_photo(seed), **fields).image.id


def replaced(services: Services, image_id: str, seed: int, filename: str = "") -> UploadResult:
    """Replace an image by picture number `seed`."""
    return services.versions.replace(image_id, io.BytesIO(a_photo(seed)), filename)


def chain(services: Services, *seeds: int, **fields: Any) -> list[str]:
    """Upload the first picture and replace it by each of the others; return the IDs."""
    ids = [added(services, seeds[0], **fields)]
    for seed in seeds[1:]:
        ids.append(replaced(services, ids[-1], seed).image.id)
    return ids


def record(services: Services, image_id: str) -> Image:
    return services.images.get_any(image_id)


def versions(services: Services, image_id: str) -> list[str]:
    """Return the IDs of all versions, oldest first."""
    return [image.id for image in services.versions.all(record(services, image_id))]


def visible(services: Services) -> set[str]:
    return {image.id for image in services.images.page(Query(), 200).images}


def faults(services: Services, *, repair: bool = False) -> list[Finding]:
    return list(services.integrity.check(repair=repair))
