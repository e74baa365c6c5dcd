"""Bytes at equal quality: the encoders of huimages, mozjpeg and jpegli beside sharp's defaults.

    make encoders ARGS="[--widths 240 640] [--formats jpeg avif] -- PHOTOGRAPH..."

Each photograph is scaled to several widths.  sharp encodes it with its defaults; the other
encoders do so in several qualities.  Printed, and kept for the report, are per encoder the mean
ratio of bytes at the quality of sharp's file (interpolated between the qualities), by two measures,
and the time of a core for one file.
"""

from __future__ import annotations

import argparse
import json
import math
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import numpy as np
import pyjpegli
from PIL import Image
from ssimulacra2 import compute_ssimulacra2

from huimages_app.domain.formats import AVIF, JPEG, WEBP, Format
from huimages_app.imaging import Quality
from huimages_app.imaging.encode import encode
from tests.support.reference import ssim

from . import report, results
from .peers import INSTALLED, program

_WIDTHS = [240, 640, 1024]
_QUALITIES = {JPEG: (60, 70, 80, 88), WEBP: (65, 75, 80, 88), AVIF: (45, 55, 65, 75)}
# sharp's defaults: https://sharp.pixelplumbing.com/api-output
_SHARP = """
import sharp from "sharp";
sharp.concurrency(1);
const [paths, qualities] = JSON.parse(process.argv[1]);
for (const path of paths) {
  await sharp(path).jpeg().toFile(path + ".jpeg");
  await sharp(path).webp().toFile(path + ".webp");
  await sharp(path).avif().toFile(path + ".avif");
  for (const quality of qualities)
    await sharp(path).jpeg({ quality, mozjpeg: true }).toFile(`${path}.moz${quality}.jpeg`);
}
"""

# Writes a picture, which is in the file of the first path, to the second one, in a quality.
Save = Callable[[Path, Path, int], None]


@dataclass(frozen=True)
class Encoder:
    """An encoder in one configuration."""

    name: str
    format: Format
    save: Save
    is_timed: bool = True


def main(arguments: list[str] | None = None) -> None:
    """Print a table for the photographs."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("photographs", nargs="+", type=Path)
    parser.add_argument("--widths", nargs="+", type=int, default=_WIDTHS)
    formats = {format_.extension: format_ for format_ in _QUALITIES}
    parser.add_argument("--formats", nargs="+", choices=formats, default=[*formats])
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        scaled = [
            path
            for photograph in options.photographs
            for path in _scaled(photograph, Path(folder), options.widths)
        ]
        _encode_by_sharp(scaled)
        goals = {
            (path, format_): _likeness(path, _by_sharp(path, format_))
            for path in scaled
            for format_ in (formats[name] for name in options.formats)
        }
        print(f"{'encoder':20}{'ssim':>13}{'ssimulacra2':>13}{'milliseconds':>13}")
        kept = results.load().get("encoders", {})
        for encoder in _encoders():
            if encoder.format.extension not in options.formats:
                continue
            measured = [_compared(encoder, path, goals[path, encoder.format]) for path in scaled]
            by_ssim, by_ssimulacra2, seconds = zip(*measured, strict=True)
            kept[encoder.name] = found = {
                "ssim": _mean(by_ssim),
                "ssimulacra2": _mean(by_ssimulacra2),
                "milliseconds": 1000 * float(np.mean(seconds)) if encoder.is_timed else None,
            }
            row = (f"{value:13.3f}" for value in found.values() if value is not None)
            print(f"{encoder.name:20}{''.join(row)}", flush=True)
    results.save("encoders", kept)
    report.write()


def _encoders() -> Iterator[Encoder]:
    yield Encoder("jpeg", JPEG, partial(_save, JPEG, Quality()))
    yield Encoder("jpeg of jpegli", JPEG, _save_by_jpegli)
    yield Encoder("jpeg of mozjpeg", JPEG, _take_that_of_mozjpeg, is_timed=False)
    for effort in (4, 6, 2):
        settings = replace(Quality(), webp_effort=effort)
        yield Encoder(f"webp, effort {effort}", WEBP, partial(_save, WEBP, settings))
    for effort in (5, 3, 0, 4):
        settings = replace(Quality(), avif_effort=effort)
        yield Encoder(f"avif, effort {effort}", AVIF, partial(_save, AVIF, settings))


def _save(format_: Format, settings: Quality, source: Path, target: Path, quality: int) -> None:
    encode(_opened(source), target, format_, replace(settings, **{format_.extension: quality}))


def _save_by_jpegli(source: Path, target: Path, quality: int) -> None:
    picture = _opened(source)
    target.write_bytes(pyjpegli.encode(picture.tobytes(), *picture.size, quality=quality))


def _take_that_of_mozjpeg(source: Path, target: Path, quality: int) -> None:
    """Take the file that sharp has made."""
    source.with_name(f"{source.name}.moz{quality}.jpeg").replace(target)


def _encode_by_sharp(paths: Sequence[Path]) -> None:
    given = json.dumps([[str(path) for path in paths], _QUALITIES[JPEG]])
    command = [program("node"), "--input-type=module", "--eval", _SHARP, given]
    subprocess.run(command, cwd=INSTALLED / "node", check=True)


def _by_sharp(path: Path, format_: Format) -> Path:
    return path.with_name(f"{path.name}.{format_.extension}")


def _scaled(photograph: Path, folder: Path, widths: Sequence[int]) -> Iterator[Path]:
    picture = _opened(photograph)
    for width in widths:
        path = folder / f"{photograph.stem}-{width}.png"
        height = round(picture.height * width / picture.width)
        picture.resize((width, height), Image.Resampling.LANCZOS).save(path)
        yield path


def _opened(path: Path) -> Image.Image:
    with Image.open(path) as image:
        return image.convert("RGB")


def _likeness(original: Path, other: Path) -> Mapping[str, float]:
    """Return the quality of a file by both measures."""
    decoded = other.with_name(f"{other.name}.png")
    _opened(other).save(decoded)
    return {
        "ssim": ssim(_opened(other), _opened(original)),
        "ssimulacra2": compute_ssimulacra2(str(original), str(decoded)),
    }


def _compared(
    encoder: Encoder, path: Path, goal: Mapping[str, float]
) -> tuple[float, float, float]:
    """Return bytes to those of sharp's file at its quality, by both measures, and the seconds."""
    target = path.with_suffix(".ours")
    points, seconds = [], 0.0
    qualities = _QUALITIES[encoder.format]
    for quality in qualities:
        begun = time.process_time()
        encoder.save(path, target, quality)
        seconds += time.process_time() - begun
        points.append((_likeness(path, target), math.log(target.stat().st_size)))
    length = _by_sharp(path, encoder.format).stat().st_size
    by_ssim, by_ssimulacra2 = (
        math.exp(_interpolated(points, measure, goal[measure])) / length
        for measure in ("ssim", "ssimulacra2")
    )
    return by_ssim, by_ssimulacra2, seconds / len(qualities)


def _interpolated(
    points: Sequence[tuple[Mapping[str, float], float]], measure: str, goal: float
) -> float:
    pairs = sorted((likeness[measure], size) for likeness, size in points)
    likenesses, sizes = zip(*pairs, strict=True)
    return float(np.interp(goal, likenesses, sizes))


def _mean(ratios: Sequence[float]) -> float:
    """Return the geometric mean."""
    return math.exp(float(np.mean(np.log(ratios))))


if __name__ == "__main__":
    main()
