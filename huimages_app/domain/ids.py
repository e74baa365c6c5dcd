"""Image IDs: derived from the bytes, so the same picture has the same ID everywhere."""

from __future__ import annotations

import base64
import hashlib
import re
from typing import BinaryIO

from ..errors import BadImageId

# The cluster that stores the image.  huImages 2.2 never had another one.
CLUSTER = "01"

_PIECE = 1 << 18  # bytes

ID_PATTERN = r"[A-Z2-7]{32}" + CLUSTER
ID_LENGTH = 34
_ID = re.compile(ID_PATTERN)


def image_id(content: bytes) -> str:
    """Return an image ID: base32 of the SHA-1 of the bytes, then the cluster; 34 characters."""
    return _from_digest(hashlib.sha1(content, usedforsecurity=False).digest())


def image_id_of_file(file: BinaryIO) -> str:
    """Return the ID of an open file, read from its start in blocks to its end."""
    return digests_of_file(file)[0]


def digests_of_file(file: BinaryIO) -> tuple[str, str]:
    """Return ID and SHA-256 (hexadecimal) of an open file, reading it once."""
    file.seek(0)
    sha1, sha256 = hashlib.sha1(usedforsecurity=False), hashlib.sha256()
    while piece := file.read(_PIECE):
        sha1.update(piece)
        sha256.update(piece)
    return _from_digest(sha1.digest()), sha256.hexdigest()


def is_image_id(text: str) -> bool:
    """Return whether `text` has the form of an ID, without access to storage."""
    return _ID.fullmatch(text) is not None


def parse_image_id(text: str) -> str:
    """Return `text` if it has the form of an ID; raises BadImageId."""
    if not is_image_id(text):
        raise BadImageId(
            f"{text[:60]!r} is no image ID: 32 characters of A-Z and 2-7, then {CLUSTER}"
        )
    return text


def _from_digest(digest: bytes) -> str:
    # 20 bytes are 32 characters of base32 exactly, so there is no padding to remove.
    return base64.b32encode(digest).decode("ascii") + CLUSTER
