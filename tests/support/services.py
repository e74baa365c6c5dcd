"""Services on embedded storage in a folder, without the web."""

from __future__ import annotations

import dataclasses
import io
from collections.abc import Mapping, Sequence
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Any

from argon2 import PasswordHasher

from huimages_app.backends import Storage, build_storage
from huimages_app.config.settings import Settings
from huimages_app.factory import build_services
from huimages_app.services.accounts import Accounts
from huimages_app.services.container import Services
from huimages_app.services.image_patch import ImagePatch
from huimages_app.services.uploads import UploadResult

# Hashing passwords at full strength takes 64 MB and a tenth of a second of two cores each time.
FAST = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)


def settings_in(folder: Path, **ini: str) -> Settings:
    """Return settings that keep all data in `folder`; `ini` has keys without their prefix."""
    return Settings.read(
        {
            "huimages.originals.path": str(folder / "originals"),
            "huimages.metadata.path": str(folder / "metadata.sqlite"),
            "huimages.cache.path": str(folder / "cache"),
            "huimages.var": str(folder / "var"),
            **{f"huimages.{key}": value for key, value in ini.items()},
        }
    )


def storage_in(folder: Path, **ini: str) -> closing[Storage]:
    """Return the storage of such services, to be used in `with`."""
    return closing(build_storage(settings_in(folder, **ini)))


def services_in(folder: Path, **ini: str) -> Services:
    """Return services that keep all data in `folder`, with quick hashes of passwords."""
    settings = settings_in(folder, **ini)
    storage = build_storage(settings)
    accounts = Accounts(storage.metadata.documents, FAST)
    return dataclasses.replace(build_services(settings, storage), accounts=accounts)


def ini_in(folder: Path, **ini: str) -> Path:
    """Write an ini file with the same settings; return its path."""
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


def add(
    services: Services, content: bytes, visitor_id: str = "vera", **fields: Any
) -> UploadResult:
    """Upload a picture; `fields` are those of `patch_of`, and `tags`."""
    tags = fields.pop("tags", ())
    return services.uploads.add(
        io.BytesIO(content), patch_of(**fields), tags=tags, visitor_id=visitor_id
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
    """Return the patch of an upload with these fields."""
    return ImagePatch(
        title=title or None,
        default_title=default_title,
        default_filename=filename,
        added_references=references or {},
        added_types=[type],
        created=timestamp,
    )


def original_file(folder: Path, image_id: str) -> Path:
    """Return the path of an original in such a folder."""
    return folder / "originals" / image_id[:2] / image_id[2:4] / image_id
