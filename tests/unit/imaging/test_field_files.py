"""Files of kinds that were once refused, rendered wrongly, or took too much memory or time."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from huimages_app.errors import NotAnImage, TooLarge, UnsupportedImage
from huimages_app.imaging import Limits, inspect

FOLDER = Path(__file__).parents[2] / "pictures" / "field"
RED, GREEN, BLUE = (221, 40, 31, 255), (0, 200, 0, 255), (20, 60, 200, 255)
CLEAR = (255, 255, 255, 0)

# Size, and colours at points of the rendition in full size.
SHOWN = {
    "bad-crc-of-a-comment.png": ((8, 8), {(4, 4): (200, 30, 30, 255)}),
    "big-zTXt.png": ((8, 8), {(4, 4): (200, 30, 30, 255)}),
    "bigtiff-next-2e64.tif": ((8, 8), {(1, 1): (200,) * 3 + (255,), (6, 6): (200,) * 3 + (255,)}),
    "cicp-p3.png": ((8, 8), {(4, 4): (240, 0, 0, 255)}),
    "clap.avif": ((48, 64), {(1, 1): BLUE, (46, 62): BLUE}),
    "gif-2nd-truncated.gif": ((40, 40), {(20, 20): (255, 0, 0, 255)}),
    "gif-partial-notr.gif": ((40, 40), {(1, 1): (0, 0, 0, 0), (20, 20): (255, 0, 0, 255)}),
    "grey-alpha-associated.tif": ((8, 8), {(4, 4): (199, 199, 199, 128)}),
    "grey-uint32.tif": ((8, 8), {(4, 4): (178, 178, 178, 255)}),
    "j-exif-long.jpg": ((64, 96), {(1, 1): RED, (62, 1): GREEN}),
    "j-exif6-2pre.jpg": ((64, 96), {(1, 1): RED, (62, 1): GREEN}),
    "lossless.jpg": ((32, 32), {(1, 1): (8, 8, 8, 255), (30, 1): (153, 153, 153, 255)}),
    "nclx-p3.avif": ((96, 64), {(2, 2): (240, 0, 0, 255)}),
    "no-end-marker.jpg": ((96, 64), {(1, 1): RED, (94, 1): BLUE}),
    "tiff-icc-is-a-number.tif": ((8, 8), {(4, 4): (0, 0, 0, 255)}),
    "trns-grey16.png": ((8, 8), {(1, 4): CLEAR, (6, 4): (64, 64, 64, 255)}),
    "trns-grey4.png": ((8, 8), {(1, 4): CLEAR, (6, 4): (68, 68, 68, 255)}),
    "whole-grey16-alpha.tif": ((8, 8), {(4, 4): (156, 156, 156, 255)}),
    "whole-lab16.tif": ((8, 8), {(4, 4): (209, 62, 106, 255)}),
}
REFUSED = {
    "bigtiff-first-directory-2e64.tif": (NotAnImage, "damaged or cut short"),
    "bomb-webp-anim-16m-canvas.webp": (TooLarge, "16777216 x 16777216 pixels"),
    "heic-clap-larger-than-picture.heic": (NotAnImage, "reaches beyond it"),
    "heic-grid-604mp-clap-10x10.heic": (TooLarge, "24576 x 24576 pixels"),
    "raw-thumbnail-first.dng": (UnsupportedImage, "camera raw"),
    "tiff-4-bytes.tif": (NotAnImage, "damaged or cut short"),
    "whole-rgb-float.tif": (UnsupportedImage, "intact, but of a kind that is not supported"),
}


@pytest.mark.parametrize(("name", "size", "points"), [(n, *v) for n, v in SHOWN.items()], ids=SHOWN)
def test_field_file_is_rendered_correctly(render_once, name, size, points):
    image = render_once((FOLDER / name).read_bytes(), "500x500").convert("RGBA")
    assert image.size == size
    for point, colour in points.items():
        shown = image.getpixel(point)
        if colour[3] == 0:
            assert shown[3] == 0
        else:
            assert shown == pytest.approx(colour, abs=6)


@pytest.mark.parametrize("name", REFUSED)
def test_field_file_is_refused_before_decoding(name):
    error, message = REFUSED[name]
    with pytest.raises(error, match=message):
        inspect(io.BytesIO((FOLDER / name).read_bytes()), Limits())


@pytest.mark.slow
@pytest.mark.parametrize(
    "name", sorted(path.name for path in FOLDER.glob("*.*") if path.suffix != ".md")
)
def test_field_file_has_the_same_result_in_memory_and_on_disk(name):
    path = FOLDER / name
    assert name in SHOWN or name in REFUSED
    results = []
    for file in (io.BytesIO(path.read_bytes()), path.open("rb")):
        with file:
            try:
                results.append(inspect(file, Limits()))
            except (NotAnImage, TooLarge) as error:
                results.append((type(error), str(error)))
    assert results[0] == results[1]
