"""Importing one file."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from ...errors import BadInput, BadSetting, BadUpload, StorageUnavailable

if TYPE_CHECKING:
    from ...services.uploads import UploadResult, Uploads

log = logging.getLogger(__name__)


class ImportFailed(Exception):
    """One file could not be imported; the message is the reason."""


def import_file(
    uploads: Uploads,
    path: Path,
    *,
    title: str = "",
    name_title: str = "",
    tags: Sequence[str] = (),
    references: Mapping[str, Sequence[str]],
) -> UploadResult:
    """Import the file at `path`; its modification time is the time of the image.

    Raises ImportFailed if this file cannot be imported, StorageUnavailable if none can.
    """
    from ...services.image_patch import ImagePatch

    with failure_of(path), path.open("rb") as file:
        modified = datetime.fromtimestamp(os.fstat(file.fileno()).st_mtime, UTC)
        return uploads.add(
            file,
            ImagePatch(
                title=title or None,
                name_title=name_title,
                default_filename=path.name,
                added_references=references,
                created=modified,
            ),
            tags=tags,
        )


@contextmanager
def failure_of(path: Path) -> Iterator[None]:
    """Raise ImportFailed for every exception that concerns one file only."""
    try:
        yield
    except (StorageUnavailable, BadSetting):
        raise
    except (BadUpload, BadInput) as error:
        raise ImportFailed(str(error)) from error
    except OSError as error:
        raise ImportFailed(error.strerror or str(error)) from error
    except Exception as error:
        # A file may reveal a bug in a decoder or here.  It must not end a run over many files.
        log.info("import failed unexpectedly: path=%s", path, exc_info=True)
        raise ImportFailed(f"unexpected {type(error).__name__}: {error}") from error
