"""Measurements of huimages alone: bytes by format, exactness of scaling, work after uploads."""

from __future__ import annotations

import io
import tempfile
import time
from pathlib import Path

from PIL import Image

from huimages_app.domain.formats import AVIF, JPEG, PNG, WEBP
from huimages_app.domain.sizes import CLASSIC, Size
from huimages_app.imaging import Limits, Quality, RenditionTarget, render
from tests.support.reference import lanczos, ssim

from .originals import Original, commented
from .peers.huimages import Site

_SIDES = (240, 640, 1024)


def bytes_by_format(site: Site, found: list[Original]) -> dict[str, dict[str, int]]:
    """Return the bytes of the renditions of all originals, by longest side and format."""
    services = site.services("first")
    lengths: dict[str, dict[str, int]] = {}
    for side in _SIDES:
        for format_ in (JPEG, WEBP, AVIF):
            total = 0
            for original in found:
                image_id = site.ids[original.path]
                served = services.renditions.get(image_id, Size(side, side), format_)
                served.close()
                total += served.length
            lengths.setdefault(str(side), {})[format_.extension] = total
    services.close()
    return lengths


def worst_likeness(found: list[Original]) -> float:
    """Return the worst SSIM between a rendition before encoding and that of an exact scaler.

    The largest originals are left out: they would take gigabytes in floating point.
    """
    sizes = [*(Size(side, side) for side in _SIDES), Size.parse("square")]
    worst = 1.0
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / "rendition.png"
        for original in {one.megapixels: one for one in found if one.megapixels <= 6}.values():
            with Image.open(original.path) as image:
                exact_source = image.convert("RGB")
            for size in sizes:
                with original.path.open("rb") as file:
                    render(file, RenditionTarget(size, PNG, target), Quality(), Limits())
                placement = size.placement(original.width, original.height)
                with Image.open(target) as made:
                    worst = min(worst, ssim(made.convert("RGB"), lanczos(exact_source, placement)))
    return worst


def prepared(site: Site, original: Original, rounds: int) -> list[float]:
    """Return the seconds from the end of an upload until all ten classic sizes exist."""
    services = site.services("prepared", chain="upload", sizes=" ".join(CLASSIC))
    content = original.path.read_bytes()
    seconds = []
    for number in range(rounds):
        file = io.BytesIO(commented(content, f"upload {number}"))
        services.uploads.add(file, visitor_id="benchmark")
        start = time.perf_counter()
        services.worker.join()
        seconds.append(time.perf_counter() - start)
    services.close()
    return seconds
