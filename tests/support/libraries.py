"""A library on embedded stores in a folder, without a web site around it."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from huimages_app.config.settings import Settings
from huimages_app.factory import Storage, build_services, build_storage
from huimages_app.services.container import Services
from huimages_app.services.image_patch import ImagePatch
from huimages_app.services.uploads import UploadResult


def settings_in(folder: Path, **ini: str) -> Settings:
    """Settings that keep everything in `folder`; further ones without their prefix."""
    return Settings.read(
        {
            "huimages.originals.path": str(folder / "originals"),
            "huimages.metadata.path": str(folder / "metadata.sqlite"),
            "huimages.cache.path": str(folder / "cache"),
            "huimages.var": str(folder / "var"),
            **{f"huimages.{key}": value for key, value in ini.items()},
        }
    )


@contextmanager
def storage_in(folder: Path, **ini: str) -> Iterator[Storage]:
    """The storage of such services, closed in the end."""
    storage = build_storage(settings_in(folder, **ini))
    try:
        yield storage
    finally:
        for backend in (storage.metadata, storage.originals, storage.cache):
            backend.close()


def services_in(folder: Path, **ini: str) -> Services:
    """A library that keeps everything in `folder`."""
    return build_services(settings_in(folder, **ini))


def ini_in(folder: Path, **ini: str) -> Path:
    """The ini file of such a library."""
    file = folder / "site.ini"
    lines = [
        "[app:main]",
        "use = egg:huimages",
        "huimages.originals.path = %(here)s/originals",
        "huimages.metadata.path = %(here)s/metadata.sqlite",
        "huimages.cache.path = %(here)s/cache",
        "huimages.var = %(here)s/var",
        *(f"huimages.{key} = {value}" for key, value in ini.items()),
    ]
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return file


def add(services: Services, content: bytes, visitor_id: str = "vera", **said: Any) -> UploadResult:
    """Add a picture; `said` is what `patch_of` takes, and `tags`."""
    tags = said.pop("tags", ())
    return services.uploads.add(
        io.BytesIO(content), patch_of(**said), tags=tags, visitor_id=visitor_id
    )


def patch_of(
    *,
    title: str = "",
    filename: str = "",
    references: Mapping[str, Sequence[str]] | None = None,
    type: str = "",
    timestamp: datetime | None = None,
    default_title: str = "",
) -> ImagePatch:
    """The patch of an upload that gives these."""
    return ImagePatch(
        title=title or None,
        default_title=default_title,
        default_filename=filename,
        added_references=references or {},
        added_types=[type],
        created=timestamp,
    )


def original_file(folder: Path, image_id: str) -> Path:
    """Where the original lies in such a library."""
    return folder / "originals" / image_id[:2] / image_id[2:4] / image_id
