from __future__ import annotations

import io
from pathlib import Path

from huimages_app.backends import Storage
from huimages_app.domain.ids import image_id
from huimages_app.services.container import Services
from huimages_app.storage.interfaces import OriginalInfo
from tests.support.pictures import photo
from tests.support.services import add, original_file

from .conftest import Command


def test_check_reports_and_repairs_differences(
    huimages: Command, services: Services, storage: Storage, images: list[str], site: Path
) -> None:
    services.editing.trash(images[2])  # the trash is checked, too
    assert huimages("check") == (0, ["3 images: 0 wrong"], [])
    original_file(site, images[0]).unlink()
    lost = photo(60, 40, seed=9)
    storage.originals.put(image_id(lost), io.BytesIO(lost), OriginalInfo("image/jpeg", 60, 40))
    ran = huimages("check", "--quick")
    assert (ran.status, ran.out) == (1, ["4 images: 2 wrong"])
    assert sorted(ran.err) == sorted(
        [
            f"{images[0]}: the original is missing (import the file again from a backup)",
            f"{image_id(lost)}: the original has no record",
        ]
    )
    ran = huimages("check", "--repair", "--jobs", "2")
    assert (ran.status, ran.out) == (1, ["4 images: 2 wrong, 1 repaired"])
    assert f"{image_id(lost)}: the original has no record (repaired)" in ran.err
    assert services.images.get_any(image_id(lost)).width == 60
    assert add(services, photo(60, 40)).image.id == images[0]
    assert huimages("check", "--repair") == (0, ["4 images: 0 wrong, 0 repaired"], [])
