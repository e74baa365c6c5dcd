"""An image that is removed and uploaded again at the same time."""

from __future__ import annotations

import io
import threading
from contextlib import AbstractContextManager
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO

import pytest

from huimages_app.backends import Storage
from huimages_app.domain.ids import image_id
from huimages_app.errors import UnknownImage
from huimages_app.factory import build_services
from huimages_app.storage.interfaces import OriginalInfo
from huimages_app.storage.originals.filesystem import FileOriginals
from tests.support import pictures
from tests.support.services import add, services_in, settings_in

PICTURE = pictures.photo(width=40, height=30)
ID = image_id(PICTURE)


class Paused(FileOriginals):
    """Originals that pause once, at a chosen call, until the other thread is done."""

    at = ""

    def __init__(self, root: Path) -> None:
        super().__init__(root)
        self.reached, self.go_on = threading.Event(), threading.Event()

    def pause(self, step: str) -> None:
        if self.at == step:
            self.at = ""
            self.reached.set()
            assert self.go_on.wait(10)

    def delete(self, image_id: str) -> None:
        self.pause("before delete")
        super().delete(image_id)
        self.pause("after delete")

    def put(self, image_id: str, content: BinaryIO, info: OriginalInfo) -> bool:
        stored = super().put(image_id, content, info)
        self.pause("after put")
        return stored

    def length(self, image_id: str) -> int | None:
        self.pause("before length")
        return super().length(image_id)

    def open(self, image_id: str) -> AbstractContextManager[BinaryIO]:
        self.pause("before open")
        return super().open(image_id)


@pytest.mark.parametrize(
    ("paused", "step"),
    [
        ("remove", "before open"),
        ("remove", "before delete"),
        ("remove", "after delete"),
        ("upload", "after put"),
        ("upload", "before length"),
    ],
)
def test_original_exists_exactly_if_its_record_does(
    tmp_path: Path, paused: str, step: str, storage: Storage
) -> None:
    services = services_in(tmp_path)
    add(services, PICTURE)
    slow = Paused(tmp_path / "originals")
    slow.at = step
    first = build_services(settings_in(tmp_path), replace(storage, originals=slow))
    acts = {
        "remove": lambda lib: lib.editing.remove(ID),
        "upload": lambda lib: lib.uploads.add(io.BytesIO(PICTURE)),
    }
    other = "upload" if paused == "remove" else "remove"
    thread = threading.Thread(target=acts[paused], args=(first,))
    thread.start()
    assert slow.reached.wait(10)
    acts[other](services)
    slow.go_on.set()
    thread.join(10)
    try:
        services.images.get_any(ID)
    except UnknownImage:
        assert storage.originals.length(ID) is None
    else:
        assert storage.originals.length(ID) == len(PICTURE)
    first.worker.close()
    services.close()


def test_removal_during_a_first_upload_keeps_the_image(tmp_path: Path, storage: Storage) -> None:
    services = services_in(tmp_path)
    slow = Paused(tmp_path / "originals")
    slow.at = "after put"
    first = build_services(settings_in(tmp_path), replace(storage, originals=slow))
    thread = threading.Thread(target=add, args=(first, PICTURE))
    thread.start()
    assert slow.reached.wait(10)
    services.editing.remove(ID)  # finds an original without a record
    slow.go_on.set()
    thread.join(10)
    assert services.images.get_any(ID)
    assert storage.originals.length(ID) == len(PICTURE)
    first.worker.close()
    services.close()
