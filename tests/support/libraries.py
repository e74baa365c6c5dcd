"""A library on embedded stores in a folder, without a web site around it."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from huimages_app.config.settings import Settings
from huimages_app.factory import Storage, build_services, build_storage
from huimages_app.services.container import Services
from huimages_app.services.uploads import Description, UploadResult


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
    """Add a picture."""
    return services.uploads.add(io.BytesIO(content), Description(**said), visitor_id)


def original_file(folder: Path, image_id: str) -> Path:
    """Where the original lies in such a library."""
    return folder / "originals" / image_id[:2] / image_id[2:4] / image_id
