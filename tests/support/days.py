"""Days around today, for tests of rights that begin and end."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from huimages_app.domain.models import Image
from huimages_app.domain.rights import Rights
from huimages_app.services.container import Services
from huimages_app.services.image_patch import ImagePatch
from huimages_app.storage.interfaces import MetadataBackend


def day(difference: int) -> str:
    """Return the day that many days after today, in UTC."""
    return (datetime.now(UTC) + timedelta(days=difference)).date().isoformat()


def limit(services: Services, image: Image, **days: int | str) -> None:
    """Set the days `from_` and `until` as an editor does; an empty text removes one.

    A number is the difference from today.
    """
    rights = {name.rstrip("_"): text for name, text in _texts(days).items()}
    services.editing.update(image.id, ImagePatch(rights=rights))


def pass_time(metadata: MetadataBackend, image: Image, **days: int | str) -> None:
    """Change the days of an image without any other effect, as if time had passed; as `limit`."""
    rights = replace(Rights(), **_texts(days))
    metadata.images.update(image.id, lambda image: replace(image, rights=rights))


def _texts(days: Mapping[str, int | str]) -> dict[str, str]:
    return {name: day(at) if isinstance(at, int) else at for name, at in days.items()}
