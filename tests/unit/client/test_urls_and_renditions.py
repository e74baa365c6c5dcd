"""URLs, dimensions, tags and renditions of the Python library; invalid IDs."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from PIL import Image as Pillow

import huimages
from huimages_app.client.process import services_of_process
from huimages_app.errors import (
    BadImageId,
    BadInput,
    BadSize,
    StorageUnavailable,
)
from huimages_app.services.container import Services
from huimages_app.services.image_patch import ImagePatch

from .conftest import ID


@pytest.mark.parametrize("size", ["150x150", "square", "75x75!", "900x900!", "37x", "o", "mini@2x"])
def test_dimensions_match_the_rendition(saved: str, size: str) -> None:
    content = huimages.scaled_imagedata(saved, size)
    assert content is not None
    with Pillow.open(io.BytesIO(content)) as picture:
        assert picture.size == huimages.scaled_dimensions(saved, size)


def test_focal_point_changes_urls_and_renditions(saved: str, services: Services) -> None:
    centred = huimages.scaled_imagedata(saved, "75x75!")
    services.editing.update(saved, ImagePatch(focus=(0, 0.5)))
    assert huimages.scaled_imageurl(saved, "square").endswith(f"/75x75!0,50/{ID}.jpeg")
    assert huimages.scaled_imageurl(saved, "vga").endswith(f"/640x480/{ID}.jpeg")
    assert "/75x75!0,50/" in huimages.scaled_tag(saved, "square")
    assert huimages.scaled_imagedata(saved, "75x75!") != centred


def test_invalid_size_raises_bad_size(saved: str) -> None:
    for function in (
        huimages.imageurl,
        huimages.scaled_imageurl,
        huimages.scaled_imagedata,
        huimages.scaled_dimensions,
        huimages.scaled_tag,
    ):
        with pytest.raises(BadSize):
            function(saved, "huge")


def test_tag_escapes_attributes(saved: str) -> None:
    huimages.set_title(saved, "\"<>&'")
    tag = huimages.scaled_tag(saved, "240x160", "ismap", class_="a", title='"&', data_id=7)
    assert tag == (
        f'<img src="http://images.example/240x160/{ID}/Bike.jpeg" width="213" height="160" '
        'alt="&quot;&lt;&gt;&amp;&#x27; - Shop" class="a" title="&quot;&amp;" data_id="7" ismap />'
    )
    assert 'alt="mine"' in huimages.scaled_tag(saved, alt="mine")
    with pytest.raises(BadInput):
        huimages.scaled_tag(saved, **{"onload=alert(1) x": "y"})


def test_urls_work_while_metadata_is_unavailable(saved: str, tmp_path: Path) -> None:
    huimages.configure(tmp_path / "site.ini")  # no connection is open any more
    (tmp_path / "metadata.sqlite").write_bytes(b"something else entirely " * 100)
    for leftover in tmp_path.glob("metadata.sqlite-*"):
        leftover.unlink()
    with pytest.raises(StorageUnavailable):
        huimages.get_imagedoc(saved)
    assert huimages.scaled_imageurl(saved, "75x75!").endswith(f"/75x75!/{ID}.jpeg")
    assert huimages.imageurl(saved).endswith(f"/o/{ID}.jpeg")


@pytest.mark.parametrize("name", ["", ".", "../../outside", ID.lower(), f"{ID}.jpeg"])
def test_invalid_id_is_rejected_without_any_change(saved: str, tmp_path: Path, name: str) -> None:
    rendition = huimages.scaled_imagedata(saved, "64x64")
    functions = [
        huimages.delete_image,
        huimages.get_imagedoc,
        huimages.get_length,
        huimages.get_next_imageid,
        huimages.get_previous_imageid,
        huimages.scaled_dimensions,
        huimages.scaled_imagedata,
        huimages.scaled_tag,
        lambda text: huimages.set_title(text, "new"),
        lambda text: huimages.update_metadata(text, title="new"),
        services_of_process().editing.remove,
    ]
    for function in functions:
        with pytest.raises(BadImageId):
            function(name)
    assert (tmp_path / "cache" / saved[:2] / saved / "64x64.jpeg").is_file()
    assert huimages.scaled_imagedata(saved, "64x64") == rendition


def test_path_inside_an_id_is_rejected(saved: str, tmp_path: Path) -> None:
    victim = tmp_path / "victim"
    victim.write_text("of another user", encoding="utf-8")
    # Characters 3 and 4 of an ID name a folder; these are "/.", the root folder.
    with pytest.raises(BadImageId):
        huimages.delete_image(f"../../{victim}")
    assert victim.is_file()
