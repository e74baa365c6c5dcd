"""The same picture removed for good and uploaded again in the same moments."""

from __future__ import annotations

import io
import threading
from contextlib import AbstractContextManager
from pathlib import Path
from typing import BinaryIO

import pytest

from huimages_app.domain.ids import image_id
from huimages_app.errors import UnknownImage
from huimages_app.services import Description, Library
from huimages_app.storage.interfaces import OriginalInfo
from huimages_app.storage.originals.filesystem import FileOriginals
from tests.support import pictures
from tests.support.libraries import add, library_in, settings_in

PICTURE = pictures.photo(width=40, height=30)
ID = image_id(PICTURE)


class Paused(FileOriginals):
    """Originals that let the other one go first, once, at a chosen place."""

    at = ""

    def __init__(self, root: Path) -> None:
        super().__init__(root)
        self.reached, self.go_on = threading.Event(), threading.Event()

    def pause(self, place: str) -> None:
        if self.at == place:
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

    def open(self, image_id: str) -> AbstractContextManager[BinaryIO]:
        self.pause("before open")
        return super().open(image_id)


@pytest.mark.parametrize(
    ("paused", "place"),
    [
        ("remove", "before open"),
        ("remove", "before delete"),
        ("remove", "after delete"),
        ("upload", "after put"),
    ],
)
def test_a_record_never_lacks_its_original(tmp_path: Path, paused: str, place: str) -> None:
    library = library_in(tmp_path)
    add(library, PICTURE)
    slow = Paused(tmp_path / "originals")
    slow.at = place
    first = Library.of(
        settings_in(tmp_path), slow, library.metadata, library.records, library.cache
    )
    acts = {
        "remove": lambda lib: lib.editing.remove(ID),
        "upload": lambda lib: lib.intake.add(io.BytesIO(PICTURE), Description()),
    }
    other = "upload" if paused == "remove" else "remove"
    thread = threading.Thread(target=acts[paused], args=(first,))
    thread.start()
    assert slow.reached.wait(10)
    acts[other](library)
    slow.go_on.set()
    thread.join(10)
    try:
        library.metadata.get(ID)
    except UnknownImage:
        assert library.originals.length(ID) is None
    else:
        assert library.originals.length(ID) == len(PICTURE)
    first.worker.close()
    library.close()


def test_a_removal_in_the_middle_of_a_first_upload(tmp_path: Path) -> None:
    library = library_in(tmp_path)
    slow = Paused(tmp_path / "originals")
    slow.at = "after put"
    first = Library.of(
        settings_in(tmp_path), slow, library.metadata, library.records, library.cache
    )
    thread = threading.Thread(target=add, args=(first, PICTURE))
    thread.start()
    assert slow.reached.wait(10)
    library.editing.remove(ID)  # what a removal that was cut short seems to have left
    slow.go_on.set()
    thread.join(10)
    assert library.metadata.get(ID)
    assert library.originals.length(ID) == len(PICTURE)
    first.worker.close()
    library.close()
