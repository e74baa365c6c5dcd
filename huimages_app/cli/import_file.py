"""One file of the disk into the library."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ..services.container import Services
    from ..services.uploads import UploadResult


def added_from(
    services: Services,
    path: Path,
    *,
    title: str = "",
    default_title: str = "",
    tags: Sequence[str] = (),
    references: Mapping[str, Sequence[str]],
) -> UploadResult:
    """Add the file at `path`; the time of the picture is that of its last change.

    Raises OSError, and what `Intake.add` raises.
    """
    from ..services.uploads import Description

    with path.open("rb") as file:
        changed = datetime.fromtimestamp(os.fstat(file.fileno()).st_mtime, UTC)
        return services.uploads.add(
            file,
            Description(
                title=title,
                default_title=default_title,
                filename=path.name,
                tags=tags,
                references=references,
                timestamp=changed,
            ),
        )
