"""Writes docs/benchmarks.md, and the chart in it, from what was measured.

python -m benchmarks.report
"""

from __future__ import annotations

import statistics
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from . import results
from .chart import chart
from .peers import CHECKOUT
from .targets import OURS, Measurements, targets

FOLDER = CHECKOUT / "docs"
TEN = "12 MP → the ten classic sizes"
# Requested over one, two and eight connections.
WITH_CLIENTS = {(2, 240), (2, 640), (12, 240), (12, 640)}

_INTRODUCTION = """# Benchmarks

Written by `make bench` (`make bench QUICK=1` for a first impression): do not edit.

huimages beside other image servers on one machine: each server is installed from its registry
and started in its usual way; all get the same requests in turn, round by round, in an order that
changes; every response is decoded and must be a picture of the right size.  huimages runs as in
production: `pserve` with production.ini, one process per core, signed URLs, checked limits and
isolated decoders; only originals are files and metadata is in SQLite, as the other servers have
no network either.  Numbers are medians of the rounds.  Only ratios can be compared between
machines.  *By core* is pictures per second of CPU time of a server and its children, which other
programs on the machine change little; *by clock* is what a client sees.  On a busy machine the
clock favours servers that spread one picture over several threads: compare *by core* there.  The
machine was busy if the load below is above the number of cores.
"""


def first(megapixels: int, side: int, at_once: int) -> str:
    """Return the name of a contest about renditions that were never made before."""
    return f"{megapixels} MP → {side}, {at_once} at once"


def second(megapixels: int, side: int) -> str:
    """Return the name of a contest about renditions of an uploaded original."""
    return f"{megapixels} MP → {side}, of an upload"


def write() -> None:
    """Write the page from all parts that were measured."""
    parts = results.load()
    text = [_INTRODUCTION]
    if "speed" in parts:
        measured = Measurements(parts)
        (FOLDER / "benchmarks.svg").write_text(chart(measured))
        text += [_about(measured.speed), *_speed(measured, measured.speed)]
    if encoders := parts.get("encoders"):
        text.append(_encoders(encoders))
    if imports := parts.get("imports"):
        text.append(_imports(imports))
    if heaviest := parts.get("heaviest"):
        text.append(_heaviest(heaviest))
    if pages := parts.get("pages"):
        text.append(_pages(pages))
    (FOLDER / "benchmarks.md").write_text("\n".join(text).rstrip() + "\n")


def _about(speed: Mapping[str, Any]) -> str:
    bits = speed["bits"]
    rounds = max(len(one) for by_server in speed["speeds"].values() for one in by_server.values())
    lines = [
        f"{speed['when']} UTC; {speed['machine']}, load {speed['load']:.1f} while it ran; "
        f"{rounds} {'round' if rounds == 1 else 'rounds'}; "
        f"originals of {bits[0]} to {bits[-1]} bits a pixel.\n",
        *(f"- {name}: {version}" for name, version in speed["versions"].items()),
    ]
    return "\n".join(lines) + "\n"


def _speed(measured: Measurements, speed: Mapping[str, Any]) -> Iterable[str]:
    yield "## Targets\n"
    yield table(
        ["", "wanted", "by clock", "by core", ""],
        [
            [one.what, one.wanted, one.by_clock, one.by_core, one.verdict]
            for one in targets(measured)
        ],
    )
    yield "![How many times as fast as ipx](benchmarks.svg)\n"
    yield "## A rendition never made before\n"
    yield (
        "Pictures a second, ipx = 1: by clock / by core.  No copies were made of the originals "
        "before (`huimages.chain = off`).\n"
    )
    names = [name for name in measured.contests if "at once" in name]
    servers = list(speed["versions"])
    yield table(["", *servers], [[name, *_row(measured, name, servers, "ipx")] for name in names])
    yield "## After an upload\n"
    yield (
        "Pictures a second, sharp = 1: by clock / by core.  huimages has made its smaller copies "
        "in the background (`huimages.chain = upload`, the default).\n"
    )
    names = [name for name in measured.contests if "at once" not in name]
    servers = [OURS, "sharp", "ipx"]
    yield table(["", *servers], [[name, *_row(measured, name, servers, "sharp")] for name in names])
    seconds = statistics.median(speed["prepared"])
    yield (
        "With `huimages.upload.sizes` all ten are there "
        f"{seconds:.2f} s after the upload, copies included.\n"
    )
    yield "## Warm\n"
    yield (
        "Renditions that are in the cache, nginx's static files = 1; eight clients (wrk), each "
        "waiting for its response.  huimages by itself runs one process per core, as in "
        "production.ini; sharp's server is one process with the pictures in a map in its memory.\n"
    )
    static = speed["warm"].get("nginx static")
    if static:
        yield table(
            ["", "ratio", "responses per second"],
            [
                [name, f"{results.ratio(rates, static):.3f}", f"{statistics.median(rates):,.0f}"]
                for name, rates in speed["warm"].items()
            ],
        )
    yield "## Memory\n"
    yield (
        "Megabytes at the worst moment while eight originals of 24 MP become 1024 at once; "
        "memory that processes share counts once.\n"
    )
    kinds = ["at rest", "baseline", "progressive"]
    yield table(
        ["", *kinds],
        [
            [name, *(f"{peak.get(kind, 0):.0f}" for kind in kinds)]
            for name, peak in speed["peaks"].items()
        ],
    )
    yield "## Bytes saved by newer formats\n"
    yield table(
        ["longest side", "JPEG", "WebP", "AVIF"],
        [
            [side, "1", *(f"−{1 - sizes[name] / sizes['jpeg']:.0%}" for name in ("webp", "avif"))]
            for side, sizes in speed["bytes"].items()
        ],
    )


def _row(measured: Measurements, contest: str, servers: Sequence[str], base: str) -> list[str]:
    cells = []
    for server in servers:
        by_clock = measured.ratio(contest, server, base)
        by_core = measured.ratio(contest, server, base, "by_core")
        cells.append(f"{by_clock:.2f} / {by_core:.2f}" if by_clock and by_core else "")
    return cells


def _heaviest(parts: Mapping[str, Any]) -> str:
    lines = ["## Where the time goes\n"]
    lines.append(
        "The ten lines of code that are on top of the stack most often (py-spy): what a flame "
        "graph shows as the widest tips.\n"
    )
    for name, rows in parts.items():
        lines.append(f"**{name}**\n")
        lines.append(table(["share", "line"], [[f"{s:.1%}", f"`{line}`"] for s, line in rows]))
    return "\n".join(lines)


def _encoders(parts: Mapping[str, Mapping[str, float | None]]) -> str:
    rows = [
        [
            name,
            *(f"{one[measure]:.2f}" for measure in ("ssim", "ssimulacra2")),
            _number(one["milliseconds"]),
        ]
        for name, one in parts.items()
    ]
    return (
        "## Bytes at equal quality\n\n"
        "Bytes of a file as similar to its source as that of sharp's default, which is 1, by two "
        "measures, and milliseconds of a core per file (`make encoders`)"
        ".\n\n" + table(["encoder", "at equal SSIM", "at equal SSIMULACRA2", "ms"], rows)
    )


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.0f}"


def _imports(parts: Mapping[str, Any]) -> str:
    count, size = parts["files"], parts["bytes"]
    rows = [
        [
            name,
            f"{count / statistics.median(cost['clock'] for cost in costs):.1f}",
            f"{size / 1e6 / statistics.median(cost['clock'] for cost in costs):.1f}",
            f"{1000 / count * statistics.median(cost['cores'] for cost in costs):.0f}",
        ]
        for name, costs in parts["costs"].items()
    ]
    return (
        "## Import\n\n"
        f"{count:,} camera files of {size / 1e6:,.0f} MB by `huimages import-tree`; *limit* reads, "
        "hashes and decodes them at an eighth (`python -m benchmarks.imports`).\n\n"
        + table(["", "pictures/s", "MB/s", "ms of a core per picture"], rows)
    )


def _pages(parts: Mapping[str, Any]) -> str:
    lines = [
        "## Pages of archives of any size\n",
        "Milliseconds of a page, without a network; *growth* is from the smallest archive to the "
        "largest, at most 2.  There are 5,000 tags.\n",
    ]
    for store, part in parts.items():
        counts = part["counts"]
        lines.append(f"**{store}**\n")
        head = ["", *(f"{count:,} images" for count in counts), "growth"]
        rows = [
            [page, *(f"{one:.1f}" for one in times), f"{times[-1] / times[0]:.1f}"]
            for page, times in part["pages"].items()
        ]
        lines.append(table(head, rows))
    if "CouchDB" not in parts:
        lines.append("CouchDB was not measured here; `make bench COUCHDB=URL` does it.\n")
    return "\n".join(lines)


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table in Markdown."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines) + "\n"


if __name__ == "__main__":
    write()
