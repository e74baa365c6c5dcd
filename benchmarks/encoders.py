"""Bytes at equal similarity: the encoders of huimages beside sharp's defaults.

    python -m benchmarks.encoders PHOTOGRAPH...

Each photograph is scaled to three widths and encoded by sharp with its defaults and by huimages
in several qualities.  Printed is, per format and effort, the mean ratio of bytes at the SSIM of
sharp's file (interpolated between the qualities), and the time of a core for one file.
"""

from __future__ import annotations

import json
import math
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
from PIL import Image

from huimages_app.domain.formats import AVIF, JPEG, WEBP, Format
from huimages_app.imaging import Quality
from huimages_app.imaging.encode import encode
from tests.support.reference import ssim

from .peers import INSTALLED, program

_WIDTHS = (240, 640, 1024)
# sharp's defaults: https://sharp.pixelplumbing.com/api-output
_SHARP = """
import sharp from "sharp";
sharp.concurrency(1);
for (const path of JSON.parse(process.argv[1])) {
  await sharp(path).jpeg().toFile(path + ".jpeg");
  await sharp(path).webp().toFile(path + ".webp");
  await sharp(path).avif().toFile(path + ".avif");
}
"""
_QUALITIES = {JPEG: (60, 70, 80, 88), WEBP: (65, 75, 80, 88), AVIF: (45, 55, 65, 75)}
_EFFORTS = {
    JPEG: [Quality()],
    WEBP: [replace(Quality(), webp_effort=effort) for effort in (2, 4, 6)],
    AVIF: [replace(Quality(), avif_effort=effort) for effort in (0, 3, 4, 5)],
}


def main(photographs: list[str]) -> None:
    """Print a table for the photographs."""
    with tempfile.TemporaryDirectory() as folder:
        scaled = [path for name in photographs for path in _scaled(Path(name), Path(folder))]
        paths = json.dumps([str(path) for path in scaled])
        command = [program("node"), "--input-type=module", "--eval", _SHARP, paths]
        subprocess.run(command, cwd=INSTALLED / "node", check=True)
        print("| format | effort | bytes, to sharp | milliseconds of a core |")
        print("|---|---|---|---|")
        for format_, efforts in _EFFORTS.items():
            for quality in efforts:
                measured = [_compared(path, format_, quality) for path in scaled]
                ratio = math.exp(np.mean([math.log(ratio) for ratio, _ in measured]))
                milliseconds = 1000 * np.mean([seconds for _, seconds in measured])
                effort = getattr(quality, f"{format_.extension}_effort", "")
                print(f"| {format_.extension} | {effort} | {ratio:.3f} | {milliseconds:.1f} |")


def _scaled(photograph: Path, folder: Path) -> Iterator[Path]:
    with Image.open(photograph) as image:
        picture = image.convert("RGB")
    for width in _WIDTHS:
        path = folder / f"{photograph.stem}-{width}.png"
        height = round(picture.height * width / picture.width)
        picture.resize((width, height), Image.Resampling.LANCZOS).save(path)
        yield path


def _compared(path: Path, format_: Format, settings: Quality) -> tuple[float, float]:
    """Return bytes to those of sharp's file at its SSIM, and the seconds of one encoding."""
    with Image.open(path) as image:
        picture = image.convert("RGB")
    others = path.with_name(f"{path.name}.{format_.extension}")
    target = path.with_suffix(".ours")
    points, seconds = [], 0.0
    for quality in _QUALITIES[format_]:
        begun = time.process_time()
        encode(picture, target, format_, replace(settings, **{format_.extension: quality}))
        seconds += time.process_time() - begun
        points.append((_likeness(target, picture), math.log(target.stat().st_size)))
    likenesses, sizes = zip(*sorted(points), strict=True)
    equal = np.interp(_likeness(others, picture), likenesses, sizes)
    return math.exp(equal) / others.stat().st_size, seconds / len(points)


def _likeness(path: Path, picture: Image.Image) -> float:
    with Image.open(path) as image:
        return ssim(image, picture)


if __name__ == "__main__":
    main(sys.argv[1:])
