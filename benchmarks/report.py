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
from .targets import OURS, Told, targets

FOLDER = CHECKOUT / "docs"
TEN = "12 MP → the ten classic sizes"
# What is asked for from one, two and eight connections.
WITH_CLIENTS = {(2, 240), (2, 640), (12, 240), (12, 640)}

_INTRODUCTION = """# Benchmarks

Written by `make bench` (`make bench QUICK=1` for a first impression): do not edit.

huimages beside other image servers on one machine: each server is installed from its registry
and started in its usual way; all get the same requests in turn, round by round, in an order that
changes; every answer is decoded and has to be a picture of the right size.  huimages runs as
`pserve` with production.ini: addresses signed, limits checked, everything it does in earnest;
only originals are files and metadata is SQLite, as the others have no network either.
Numbers are medians of what the rounds say.  Other machines have other numbers: only ratios mean
anything.  *By core* counts the time of processors that a server and its children take, which a
busy machine changes little; *by clock* is what a client sees.  Where others work on the machine,
the clock favours servers that spread one picture over several threads, as each thread has its turn:
believe the column *by core* then.  A load above the number of cores, below, says so.
"""


def first(megapixels: int, side: int, at_once: int) -> str:
    """The name of a contest."""
    return f"{megapixels} MP → {side}, {at_once} at once"


def second(megapixels: int, side: int) -> str:
    return f"{megapixels} MP → {side}, of an upload"


def write() -> None:
    """The whole page, from all parts there are."""
    parts = results.load()
    text = [_INTRODUCTION]
    if speed := parts.get("speed"):
        told = Told(speed)
        (FOLDER / "benchmarks.svg").write_text(chart(told))
        text += [_about(speed), *_speed(told, speed)]
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


def _speed(told: Told, speed: Mapping[str, Any]) -> Iterable[str]:
    yield "## What we want\n"
    yield table(
        ["", "wanted", "by clock", "by core", ""],
        [[one.what, one.wanted, one.by_clock, one.by_core, one.verdict] for one in targets(told)],
    )
    yield "![How many times as fast as ipx](benchmarks.svg)\n"
    yield "## A rendition never made before\n"
    yield (
        "Pictures a second, ipx = 1: by clock / by core.  No copies were made of the originals "
        "before (`huimages.chain = off`).\n"
    )
    names = [name for name in told.contests if "at once" in name]
    servers = list(speed["versions"])
    yield table(["", *servers], [[name, *_row(told, name, servers, "ipx")] for name in names])
    yield "## After an upload\n"
    yield (
        "Pictures a second, sharp = 1: by clock / by core.  huimages has made its smaller copies "
        "in the background (`huimages.chain = upload`, the default).\n"
    )
    names = [name for name in told.contests if "at once" not in name]
    servers = [OURS, "sharp", "ipx"]
    yield table(["", *servers], [[name, *_row(told, name, servers, "sharp")] for name in names])
    seconds = statistics.median(speed["prepared"])
    yield (
        "With `huimages.upload.sizes` all ten are there "
        f"{seconds:.2f} s after the upload, copies included.\n"
    )
    yield "## Warm\n"
    yield (
        "Renditions that are in the cache, nginx's static files = 1; eight clients (wrk), each "
        "waiting for its answer.  huimages by itself runs one process per core, as production.ini "
        "has it; sharp's server is one process that keeps pictures in a map in its memory.\n"
    )
    static = speed["warm"].get("nginx static")
    if static:
        yield table(
            ["", "ratio", "answers a second"],
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
            [side, "1", *(f"−{1 - told['jpeg'] ** -1 * told[one]:.0%}" for one in ("webp", "avif"))]
            for side, told in speed["bytes"].items()
        ],
    )


def _row(told: Told, contest: str, servers: Sequence[str], base: str) -> list[str]:
    cells = []
    for server in servers:
        by_clock = told.ratio(contest, server, base)
        by_core = told.ratio(contest, server, base, "by_core")
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


def _pages(parts: Mapping[str, Any]) -> str:
    lines = [
        "## Pages of archives of any size\n",
        "Milliseconds of a page, without a network; *growth* is from the smallest archive to the "
        "largest, and 2 is what we allow.  There are 5,000 tags.\n",
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
    """A table in Markdown."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines) + "\n"


if __name__ == "__main__":
    write()
