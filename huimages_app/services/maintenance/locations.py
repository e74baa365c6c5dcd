"""Find out whether two locations of originals are one: a folder may have several names."""

from __future__ import annotations

import io

from ...domain.ids import image_id
from ...errors import BadInput
from ...storage.interfaces import OriginalInfo, Originals

_PROBE = b"huimages checks that these are two locations\n"

# Always the same, so that the check of a site knows one that a killed process has left.
PROBE_ID = image_id(_PROBE)


def require_two_locations(source: Originals, target: Originals) -> None:
    """Raise BadInput if what is put into the target appears in the source, and disappears with it.

    Names can't be compared (a symbolic link, two URLs of one server), and moving a location onto
    itself would empty it.
    """
    try:
        target.put(PROBE_ID, io.BytesIO(_PROBE), OriginalInfo("application/octet-stream", 0, 0))
        is_in_source = source.length(PROBE_ID) is not None
    finally:
        target.delete(PROBE_ID)
    # A killed process may have left one in the source before.
    if is_in_source and source.length(PROBE_ID) is None:
        raise BadInput("the source and the target are the same location")
