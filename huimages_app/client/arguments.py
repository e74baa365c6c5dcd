"""What callers of the library mean: pictures, references and times in all forms they had."""

from __future__ import annotations

import io
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import BinaryIO

from ..errors import BadInput


def file_of(imagedata: object) -> BinaryIO:
    """A picture as a seekable file; raises BadInput."""
    if isinstance(imagedata, bytes | bytearray | memoryview):
        return io.BytesIO(imagedata)
    if not hasattr(imagedata, "read"):
        raise BadInput(f"a picture is bytes or an open binary file, not {type(imagedata).__name__}")
    file: BinaryIO = imagedata  # type: ignore[assignment]
    if hasattr(file, "seekable") and file.seekable():
        return file
    return io.BytesIO(file.read())


def references_of(references: Mapping[str, object] | None) -> dict[str, tuple[str, ...]]:
    """References as people write them: a value, or several in a list."""
    return {
        key: tuple(map(str, value)) if isinstance(value, list | tuple | set) else (str(value),)
        for key, value in (references or {}).items()
        if value is not None
    }


def time_of(timestamp: datetime | str | None) -> datetime | None:
    """A time as people give it, or as huImages 2.2 wrote it; in UTC if it has no zone.

    Raises BadInput.
    """
    if not timestamp:
        return None
    if isinstance(timestamp, str):
        try:
            time = datetime.fromisoformat(timestamp)
        except ValueError:
            raise BadInput(f"{timestamp[:40]!r} is no time like 20090402T113015.000000") from None
    elif isinstance(timestamp, datetime):
        time = timestamp
    else:
        raise BadInput(f"a time is a datetime or a text, not {type(timestamp).__name__}")
    return time.replace(tzinfo=UTC) if time.tzinfo is None else time.astimezone(UTC)


def old_time(time: datetime) -> str:
    """A time as huImages 2.2 wrote it in its documents: in UTC here, and without a zone."""
    return f"{time.astimezone(UTC):%Y%m%dT%H%M%S.%f}"
