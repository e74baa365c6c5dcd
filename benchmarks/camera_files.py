"""Generated camera files: parts of photographs in the sizes and with the EXIF of cameras.

A few pictures are encoded, and every file is one of them with an EXIF block of its own: encoding
1,000 pictures of 12 megapixels would take longer than the benchmark.
"""

from __future__ import annotations

import io
import itertools
import random
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

from PIL import Image

_SUFFIXES = {".jpg", ".jpeg", ".png", ".tif", ".tiff", ".webp"}
# Width and height in pixels, and how many of ten files have this size.
_CAMERAS = [((4000, 3000), 5), ((3840, 2160), 2), ((6000, 4000), 2), ((3000, 2000), 1)]
_MAKE, _MODEL, _ORIENTATION, _TIME = 271, 272, 274, 306
_TAKEN, _NUMBER, _EXIF = 36867, 37393, 34665
_DIFFERENT = 20  # pictures that are encoded
_START = datetime(2024, 5, 1, 9)


def write(photographs: Path, folder: Path, count: int) -> None:
    """Write `count` different JPEG files made of the photographs below a folder."""
    encoded = list(itertools.islice(_pictures(photographs), _DIFFERENT))
    for number in range(count):
        exif = _exif(number)
        segment = b"\xff\xe1" + (len(exif) + 2).to_bytes(2, "big") + exif
        content = encoded[number % len(encoded)]
        day = folder / f"day {number // 100:02}"
        day.mkdir(exist_ok=True)
        (day / f"IMG_{number:05}.JPG").write_bytes(content[:2] + segment + content[2:])


def _pictures(photographs: Path) -> Iterator[bytes]:
    chance = random.Random(1)
    files = sorted(file for file in photographs.rglob("*") if file.suffix.lower() in _SUFFIXES)
    sizes = [size for size, share in _CAMERAS for _ in range(share)]
    for file, (width, height) in zip(itertools.cycle(files), itertools.cycle(sizes), strict=False):
        with Image.open(file) as opened:
            image = opened.convert("RGB")
        # A part of four fifths, of the shape of the camera.
        scale = 0.8 * min(image.width / width, image.height / height)
        part_width, part_height = int(width * scale), int(height * scale)
        left = chance.randrange(image.width - part_width)
        top = chance.randrange(image.height - part_height)
        box = (left, top, left + part_width, top + part_height)
        scaled = image.resize((width, height), Image.Resampling.BICUBIC, box)
        # Enlarged pictures are smoother than those of a camera, whose noise fills its files.
        noise = Image.effect_noise((width, height), 24).convert("RGB")
        content = io.BytesIO()
        Image.blend(scaled, noise, 0.08).save(content, "JPEG", quality=92, subsampling="4:2:0")
        yield content.getvalue()


def _exif(number: int) -> bytes:
    time = (_START + timedelta(minutes=7 * number)).strftime("%Y:%m:%d %H:%M:%S")
    exif = Image.Exif()
    exif[_MAKE], exif[_MODEL] = "Example", f"Camera {number % 3}"
    exif[_ORIENTATION] = 6 if number % 5 == 0 else 1
    exif[_TIME] = time
    exif.get_ifd(_EXIF).update({_TAKEN: time, _NUMBER: number})
    return exif.tobytes()
