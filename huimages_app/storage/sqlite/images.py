"""Records of images in SQLite."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from ...domain.models import Image
from ...errors import RemovedImage, UnknownImage
from ..interfaces import ImageStore
from .codec import image_from_json
from .columns import read_column
from .connection import BATCH, Connections
from .entries import load, with_image, write


class SqliteImages(ImageStore):
    """Records in the table `images`."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    def get(self, image_id: str) -> Image:
        with self._connections.reading() as db:
            row = db.execute("SELECT document FROM images WHERE id = ?", [image_id]).fetchone()
            if row is None:
                if db.execute("SELECT 1 FROM changes WHERE id = ?", [image_id]).fetchone():
                    raise RemovedImage(image_id)
                raise UnknownImage(image_id)
        return image_from_json(row[0])

    def get_many(self, image_ids: Iterable[str]) -> dict[str, Image]:
        found = read_column(self._connections, "document", image_ids)
        return {image_id: image_from_json(document) for image_id, document in found.items()}

    def save(self, image_id: str, change: Callable[[Image | None], Image]) -> Image:
        with self._connections.writing() as db:
            old = load(db, image_id)
            image = change(old.image if old else None)
            if image.id != image_id:
                raise ValueError(f"the record of {image_id} became one of {image.id}")
            if not old or image != old.image:
                write(db, old, with_image(db, old, image))
        return image

    def remove(self, image_id: str, approve: Callable[[Image], object] | None = None) -> None:
        with self._connections.writing() as db:
            old = load(db, image_id)
            if old is None:
                raise UnknownImage(image_id)
            if approve:
                approve(old.image)
            write(db, old, None)

    def ids(self, after: str = "") -> Iterator[str]:
        while True:
            with self._connections.reading() as db:
                rows = db.execute(
                    "SELECT id FROM images WHERE id > ? ORDER BY id LIMIT ?", [after, BATCH]
                ).fetchall()
            if not rows:
                return
            for (image_id,) in rows:
                yield image_id
            after = image_id
