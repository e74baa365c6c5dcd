"""Convert arguments of the library: images, references and times in all accepted forms."""

from __future__ import annotations

import io
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import BinaryIO

from ..errors import BadInput


def file_of(imagedata: object) -> BinaryIO:
    """Return an image as a seekable file; raises BadInput."""
    if isinstance(imagedata, bytes | bytearray | memoryview):
        return io.BytesIO(imagedata)
    if not hasattr(imagedata, "read"):
        raise BadInput(
            f"imagedata is of type {type(imagedata).__name__}; "
            "expected bytes or an open binary file"
        )
    file: BinaryIO = imagedata  # type: ignore[assignment]
    if hasattr(file, "seekable") and file.seekable():
        return file
    return io.BytesIO(file.read())


def references_of(references: Mapping[str, object] | None) -> dict[str, tuple[str, ...]]:
    """Return references by key; each may be given as one value or as a list of values."""
    return {
        key: tuple(map(str, value)) if isinstance(value, list | tuple | set) else (str(value),)
        for key, value in (references or {}).items()
        if value is not None
    }


def time_of(timestamp: datetime | str | None) -> datetime | None:
    """Return a time in UTC; a time without a zone is in UTC.  Raises BadInput.

    Text is in ISO format or in that of huImages 2.2.
    """
    if not timestamp:
        return None
    if isinstance(timestamp, str):
        try:
            time = datetime.fromisoformat(timestamp)
        except ValueError:
            raise BadInput(
                f"timestamp {timestamp[:40]!r} is not a time; expected 20090402T113015.000000"
            ) from None
    elif isinstance(timestamp, datetime):
        time = timestamp
    else:
        raise BadInput(
            f"timestamp is of type {type(timestamp).__name__}; expected a datetime or a text"
        )
    return time.replace(tzinfo=UTC) if time.tzinfo is None else time.astimezone(UTC)


def old_time(time: datetime) -> str:
    """Return a time in the format of huImages 2.2, in UTC and without a zone."""
    return f"{time.astimezone(UTC):%Y%m%dT%H%M%S.%f}"
