"""Read one column of many images."""

from __future__ import annotations

import json
from collections.abc import Iterable

from .connection import Connections


def read_column(connections: Connections, name: str, image_ids: Iterable[str]) -> dict[str, str]:
    """Return a column of the images that exist, by ID, in the order of `image_ids`."""
    unique = list(dict.fromkeys(image_ids))
    with connections.reading() as db:
        found = dict(
            db.execute(
                f"SELECT id, {name} FROM images WHERE id IN (SELECT value FROM json_each(?))",
                [json.dumps(unique)],
            ).fetchall()
        )
    return {image_id: found[image_id] for image_id in unique if image_id in found}
