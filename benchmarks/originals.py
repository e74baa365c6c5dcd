"""The originals of the benchmarks: generated photographs, or JPEGs from a folder.

The generated ones have the statistics of natural images (tests/support/pictures.py), one to
two bits per pixel, so that codecs and scalers have as much work as with a photograph.
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

from PIL import Image

from tests.support import pictures

# Width and height by megapixels.
SIDES = {2: (1632, 1224), 6: (2832, 2128), 12: (4000, 3000), 24: (6000, 4000)}
_QUALITY = 88


@dataclass(frozen=True)
class Original:
    """A JPEG file; `megapixels` is its class, `width` and `height` are its size in pixels."""

    path: Path
    megapixels: int
    width: int
    height: int

    @property
    def bits_per_pixel(self) -> float:
        return 8 * self.path.stat().st_size / (self.width * self.height)

    def beneath(self, folder: Path) -> Original:
        """Link the picture into another folder; return that one."""
        path = folder / self.path.name
        path.hardlink_to(self.path)
        return replace(self, path=path)


def made(folder: Path, each: int) -> list[Original]:
    """Return `each` originals of every class, and one of the largest.

    They stay in `folder`: making them takes longer than all measurements.
    """
    folder.mkdir(parents=True, exist_ok=True)
    wanted = [
        (Original(folder / f"{megapixels}mp-{seed}.jpeg", megapixels, width, height), seed)
        for megapixels, (width, height) in SIDES.items()
        for seed in range(each if megapixels < 24 else 1)
    ]
    with ProcessPoolExecutor() as pool:
        list(pool.map(_make, *zip(*wanted, strict=True)))
    return [original for original, _ in wanted]


def _make(original: Original, seed: int) -> None:
    if not original.path.exists():
        content = pictures.photo(original.width, original.height, seed=seed, quality=_QUALITY)
        original.path.write_bytes(content)


def from_folder(folder: Path, kept: Path) -> list[Original]:
    """Copy the JPEGs of a folder that are about as large as a class to `kept`; return them."""
    kept.mkdir(parents=True, exist_ok=True)
    found = []
    for source in sorted(folder.iterdir()):
        if source.suffix.lower() not in {".jpg", ".jpeg"}:
            continue
        with Image.open(source) as image:
            width, height = image.size
        pixels = width * height / 1e6
        megapixels = min(SIDES, key=lambda mp: abs(mp - pixels))
        if not 0.8 < pixels / megapixels < 1.25:
            continue
        path = kept / f"{megapixels}mp-{hashlib.sha1(source.name.encode()).hexdigest()[:8]}.jpeg"
        path.write_bytes(source.read_bytes())
        found.append(Original(path, megapixels, width, height))
    missing = set(SIDES) - {original.megapixels for original in found}
    if missing:
        wanted = ", ".join(f"{megapixels} MP" for megapixels in sorted(missing))
        raise SystemExit(f"{folder} has no JPEG of about {wanted}")
    return found


def of(originals: Iterable[Original], megapixels: int) -> list[Original]:
    return [original for original in originals if original.megapixels == megapixels]


def variants(original: Original, count: int, *, progressive: bool = False) -> list[Original]:
    """Return `count` copies that differ in a comment, so that each server treats them as new."""
    content = original.path.read_bytes()
    kind = "baseline"
    if progressive:
        kind = "progressive"
        file = io.BytesIO()
        with Image.open(original.path) as image:
            image.save(file, "JPEG", quality=_QUALITY, progressive=True)
        content = file.getvalue()
    made = []
    for number in range(count):
        path = original.path.with_name(f"{original.path.stem}-{kind}-{number}.jpeg")
        if not path.exists():
            path.write_bytes(commented(content, f"{kind} {number}"))
        made.append(Original(path, original.megapixels, original.width, original.height))
    return made


def commented(content: bytes, comment: str) -> bytes:
    """Return the JPEG with a comment after its first marker."""
    text = comment.encode()
    return content[:2] + b"\xff\xfe" + (len(text) + 2).to_bytes(2, "big") + text + content[2:]
