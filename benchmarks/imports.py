"""Speed of `huimages import-tree`, compared with the minimum work of any import.

    python -m benchmarks.imports FOLDER [--files 1000] [--rounds 3] [--s3] [--set NAME=VALUE …]

makes camera files of the photographs in FOLDER (`--as-is`: its *.JPG are camera files).  In each
round it imports them into an empty site with files and SQLite, with `--s3` into one with SQLite
and an S3 server that it starts, and does the limit: read every file, hash it, and decode it at an
eighth, on all cores.  Each runs in processes of its own, whose clock and CPU time are compared;
the CPU time of the S3 server is not counted.  `--set` changes the sites, as in
`--set metadata=couchdb`; databases must be new for each import, so `{site}` in a value stands for
the name of the site.
"""

from __future__ import annotations

import argparse
import hashlib
import io
import os
import resource
import shutil
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from PIL import Image

from tests.support.s3 import s3_server

from . import camera_files, report, results

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


@contextmanager
def _files_of(options: argparse.Namespace) -> Iterator[tuple[Path, Path]]:
    """Yield the folder of the camera files, and one for sites."""
    with TemporaryDirectory() as name:
        sites = Path(name)
        if options.as_is:
            yield options.folder.resolve(), sites
            return
        files = sites / "files"
        files.mkdir()
        camera_files.write(options.folder, files, options.files)
        yield files, sites


@contextmanager
def _stores(folder: Path, *, with_s3: bool) -> Iterator[dict[str, Callable[[], dict[str, str]]]]:
    """Yield the stores by name; each returns the settings of a new site."""
    stores: dict[str, Callable[[], dict[str, str]]] = {"files": dict}
    if not with_s3:
        yield stores
        return
    folder.mkdir()
    with s3_server(folder) as server:

        def in_bucket() -> dict[str, str]:
            location = server.place()
            names = ("bucket", "endpoint_url", "access_key_id", "secret_access_key")
            values = {f"s3.{name}": getattr(location, name) for name in names}
            return {"originals": "s3", **values}

        yield stores | {"s3": in_bucket}


def measure(options: argparse.Namespace) -> dict[str, Any]:
    """Return the files, their bytes and the costs of each round, of the limit and each store."""
    costs: dict[str, list[Cost]] = defaultdict(list)
    with (
        _files_of(options) as (files, sites),
        _stores(sites / "s3", with_s3=options.s3) as stores,
    ):
        sizes = [file.stat().st_size for file in files.rglob("*.JPG")]
        for number in range(options.rounds):
            command = [sys.executable, "-m", "benchmarks.imports", _LIMIT, files]
            costs["limit"].append(_cost_of(command, {}))
            for name, settings in stores.items():
                site = f"{name}-{number}"
                chosen = {key: value.format(site=site) for key, value in options.settings}
                ini = settings() | chosen
                costs[name].append(_import_cost(files, sites / site, ini, options.jobs))
                shutil.rmtree(sites / site)
    return {
        "files": len(sizes),
        "bytes": sum(sizes),
        "costs": {name: [vars(cost) for cost in each] for name, each in costs.items()},
    }


def _table(measured: dict[str, Any]) -> str:
    """Return pictures/s and MB/s by the clock, and milliseconds of a core for each picture."""
    count, size = measured["files"], measured["bytes"]
    lines = [
        f"{count:,} files, {size / 10**6:,.0f} MB",
        f"{'':12}{'pictures/s':>12}{'MB/s':>10}{'core ms':>10}",
    ]
    costs = measured["costs"]
    for name, each in costs.items():
        for cost in each:
            speed = count / cost["clock"]
            cores = 1000 * cost["cores"] / count
            bytes_per_second = size / cost["clock"] / 10**6
            lines.append(f"{name:12}{speed:12.1f}{bytes_per_second:10.1f}{cores:10.1f}")
    for name in (name for name in costs if name != "limit"):
        clock, cores = (
            results.ratio(*([cost[kind] for cost in costs[one]] for one in (name, "limit")))
            for kind in ("clock", "cores")
        )
        lines.append(f"{name} / limit: {clock:.2f} by clock, {cores:.2f} by core")
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
    parser.add_argument("--as-is", action="store_true", help="import the files in FOLDER")
    parser.add_argument("--s3", action="store_true", help="import into an S3 server as well")
    parser.add_argument("--jobs", type=int, help="as of import-tree")
    parser.add_argument(
        "--set", dest="settings", action="append", type=_setting, default=[], metavar="NAME=VALUE"
    )
    parser.add_argument(_LIMIT, action="store_true", help="only the limit, for the files in FOLDER")
    options = parser.parse_args(arguments)
    if options.limit:
        limit(options.folder)
        return
    measured = measure(options)
    results.save("imports", measured)
    report.write()
    print(_table(measured))


if __name__ == "__main__":
    main()
