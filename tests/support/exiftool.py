"""Files with embedded metadata, written and read by exiftool."""

from __future__ import annotations

import json
import subprocess
import tempfile
from pathlib import Path
from typing import Any

from .missing import find_program, missing


def with_tags(picture: bytes, extension: str, *tags: str, charset: str = "utf8") -> bytes:
    """Return the picture with tags, given as exiftool's arguments: `-XMP-dc:Title=Harbour`."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, f"picture.{extension}")
        path.write_bytes(picture)
        _run("-overwrite_original", f"-charset=iptc={charset}", "-m", *tags, str(path))
        return path.read_bytes()


def tags_of(picture: bytes, extension: str) -> dict[str, Any]:
    """Return all tags that exiftool finds, by `Group:Name`, without those about the file."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, f"picture.{extension}")
        path.write_bytes(picture)
        [tags] = json.loads(_run("-json", "-G1", "-a", "-struct", str(path)))
    return {k: v for k, v in tags.items() if k.partition(":")[0] not in {"System", "File"}}


def _run(*arguments: str) -> str:
    program = find_program("exiftool")
    if program is None:
        missing("exiftool is missing: apt-get install libimage-exiftool-perl")
    done = subprocess.run(
        [program, *arguments], check=True, capture_output=True, text=True, timeout=60
    )
    return done.stdout
