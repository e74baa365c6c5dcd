"""Speed of `huimages import-tree`, beside the least that any import has to do.

    python -m benchmarks.imports FOLDER [--files 1000] [--rounds 3] [--set NAME=VALUE …]

makes camera files of the photographs in FOLDER, and in each round imports them into an empty site
and then does the limit: read every file, hash it, and decode it at an eighth, on all cores.  Both
run in processes of their own, whose clock and CPU time are compared.  `--set` names a storage, as
in `--set originals=s3`; its bucket and databases must be new for each round, so `{round}` in a
value stands for the number of the round.
"""

from __future__ import annotations

import argparse
import hashlib
import io
import os
import resource
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from PIL import Image

from . import camera_files, results

_LIMIT = "--limit"


@dataclass(frozen=True)
class Cost:
    """Seconds of a run by the clock, and of all its processes by their CPU time."""

    clock: float
    cores: float


def limit(folder: Path) -> None:
    """Read, hash and decode at an eighth all files below a folder, on all cores."""
    with ThreadPoolExecutor(len(os.sched_getaffinity(0))) as pool:
        for _ in pool.map(_least, folder.rglob("*.JPG")):
            pass


def _least(file: Path) -> None:
    content = file.read_bytes()
    hashlib.sha1(content, usedforsecurity=False).digest()
    hashlib.sha256(content).digest()
    with Image.open(io.BytesIO(content)) as image:
        image.draft(None, (image.width // 8, image.height // 8))
        image.load()


def _cost_of(command: Sequence[str | Path], environment: Mapping[str, str]) -> Cost:
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    subprocess.run(command, env={**os.environ, **environment}, check=True, capture_output=True)
    clock, after = time.perf_counter() - start, resource.getrusage(resource.RUSAGE_CHILDREN)
    return Cost(clock, after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime)


def _import_cost(files: Path, site: Path, settings: Mapping[str, str], jobs: int | None) -> Cost:
    site.mkdir()
    ini = {
        "huimages.originals.path": site / "originals",
        "huimages.metadata.path": site / "metadata.sqlite",
        "huimages.cache.path": site / "cache",
        "huimages.var": site,
        **{f"huimages.{name}": value for name, value in settings.items()},
    }
    file = site / "site.ini"
    lines = "".join(f"{name} = {value}\n" for name, value in ini.items())
    file.write_text(f"[app:main]\nuse = egg:huimages\n{lines}")
    program = [Path(sys.executable).with_name("huimages"), "--config", file]
    subprocess.run([*program, "setup"], check=True, capture_output=True)
    chosen = ["--jobs", str(jobs)] if jobs else []
    return _cost_of([*program, "import-tree", files, *chosen], {})


def measure(
    photographs: Path, count: int, rounds: int, settings: Mapping[str, str], jobs: int | None
) -> dict[str, Any]:
    """Return the files, their bytes and the costs of each round of imports and limits."""
    with TemporaryDirectory() as name:
        files, sites = Path(name) / "files", Path(name)
        files.mkdir()
        camera_files.write(photographs, files, count)
        size = sum(file.stat().st_size for file in files.rglob("*.JPG"))
        imports, limits = [], []
        for number in range(rounds):
            chosen = {key: value.format(round=number) for key, value in settings.items()}
            imports.append(_import_cost(files, sites / f"site-{number}", chosen, jobs))
            limits.append(_cost_of([sys.executable, "-m", "benchmarks.imports", _LIMIT, files], {}))
    return {
        "files": count,
        "bytes": size,
        "imports": [vars(cost) for cost in imports],
        "limits": [vars(cost) for cost in limits],
    }


def _table(measured: dict[str, Any]) -> str:
    """Return pictures/s and MB/s by the clock, and milliseconds of a core for each picture."""
    count, size = measured["files"], measured["bytes"]
    lines = [
        f"{count:,} files, {size / 10**6:,.0f} MB",
        f"{'':12}{'pictures/s':>12}{'MB/s':>10}{'core ms':>10}",
    ]
    for name in ("limits", "imports"):
        for cost in measured[name]:
            speed = count / cost["clock"]
            cores = 1000 * cost["cores"] / count
            bytes_per_second = size / cost["clock"] / 10**6
            lines.append(f"{name[:-1]:12}{speed:12.1f}{bytes_per_second:10.1f}{cores:10.1f}")
    for clock in ("clock", "cores"):
        ratio = results.ratio(
            *([cost[clock] for cost in measured[name]] for name in ("imports", "limits"))
        )
        lines.append(f"import / limit by {clock}: {ratio:.2f}")
    return "\n".join(lines)


def _setting(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals:
        raise argparse.ArgumentTypeError(f"{text!r} is no NAME=VALUE")
    return name, value


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--files", type=int, default=1000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--jobs", type=int, help="as of import-tree")
    parser.add_argument(
        "--set", dest="settings", action="append", type=_setting, default=[], metavar="NAME=VALUE"
    )
    parser.add_argument(_LIMIT, action="store_true", help="only the limit, for the files in FOLDER")
    options = parser.parse_args(arguments)
    if options.limit:
        limit(options.folder)
        return
    settings = dict(options.settings)
    measured = measure(options.folder, options.files, options.rounds, settings, options.jobs)
    results.save("imports", measured)
    print(_table(measured))


if __name__ == "__main__":
    main()
