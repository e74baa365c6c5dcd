"""A library on embedded stores in a folder, without a web site around it."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

from huimages_app.config.settings import Settings
from huimages_app.factory import make_library
from huimages_app.services import Added, Description, Library


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


def library_in(folder: Path, **ini: str) -> Library:
    """A library that keeps everything in `folder`."""
    return make_library(settings_in(folder, **ini))


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


def add(library: Library, content: bytes, visitor_id: str = "vera", **said: Any) -> Added:
    """Add a picture."""
    return library.intake.add(io.BytesIO(content), Description(**said), visitor_id)


def original_file(folder: Path, image_id: str) -> Path:
    """Where the original lies in such a library."""
    return folder / "originals" / image_id[:2] / image_id[2:4] / image_id
