"""Make an original exist exactly if its record does, after concurrent uploads and removals."""

from __future__ import annotations

import logging
from typing import BinaryIO

from ..domain.models import Image
from ..errors import UnknownImage
from ..storage.interfaces import ImageStore, OriginalInfo, Originals

log = logging.getLogger(__name__)

# Each round handles one upload or removal of the same image by another process.
_ROUNDS = 10


def settle_original(
    originals: Originals, records: ImageStore, image_id: str, file: BinaryIO
) -> None:
    """Store `file` or delete the original until it exists exactly if the record does.

    Uploads and removals call this as their last step, with the bytes at hand, and look again
    after each of their changes.  So the process that changes the original last also sees
    the record last, and neither order of two processes leaves one without the other.
    """
    for _ in range(_ROUNDS):
        record = _record(records, image_id)
        if (record is not None) == (originals.length(image_id) is not None):
            return
        if record is None:
            originals.delete(image_id)
        else:
            info = OriginalInfo(record.contenttype, record.width, record.height)
            originals.put(image_id, file, info)
    log.warning("original and record keep changing: image=%s rounds=%d", image_id, _ROUNDS)


def _record(records: ImageStore, image_id: str) -> Image | None:
    try:
        return records.get(image_id)
    except UnknownImage:
        return None
