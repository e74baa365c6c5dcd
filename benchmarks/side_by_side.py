"""Compare huimages with other image servers on this machine.

    python -m benchmarks.side_by_side [--quick] [--originals FOLDER]

starts every installed server, requests the same pictures from all of them, checks each response,
and writes docs/benchmarks.md.  Only ratios can be compared between machines.
"""

from __future__ import annotations

import argparse
import os
import platform
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from huimages_app.domain.sizes import CLASSIC, Size

from . import extras, originals, report, results, warm
from .load import fetched
from .machine import watched
from .originals import Original
from .peers import INSTALLED, NotInstalled, Server, nginx, node, thumbor
from .peers.huimages import Site, huimages
from .rounds import Contest, boxes, run

# Megapixels of the original, longest side of the rendition.
FIRST = [(2, 240), (2, 640), (6, 640), (12, 240), (12, 640), (12, 1024), (24, 1024)]
SECOND = [(12, 240), (12, 1024)]
# Amount of work: rounds, pictures per measurement, photographs per class, most seconds.
FULL = {"rounds": 9, "pictures": 4, "each": 3, "seconds": 240}
QUICK = {"rounds": 1, "pictures": 4, "each": 1, "seconds": 30}
_MEMORY_PICTURES = 8


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument(
        "--quick", action="store_true", help="few pictures and one round: a few minutes"
    )
    parser.add_argument(
        "--originals", type=Path, metavar="FOLDER", help="measure with the JPEGs of a folder"
    )
    options = parser.parse_args(arguments)
    amount = QUICK if options.quick else FULL
    with tempfile.TemporaryDirectory(dir=INSTALLED) as folder:
        # The workers of an nginx that root starts run as another user.
        Path(folder).chmod(0o755)
        pictures = Path(folder) / "pictures"
        kept = INSTALLED / "originals"
        found = (
            originals.from_folder(options.originals, pictures)
            if options.originals
            else originals.made(kept, amount["each"])
        )
        if not options.originals:
            pictures.mkdir()
            found = [original.beneath(pictures) for original in found]
        measured = measure(found, pictures, Path(folder), amount)
    results.save("speed", measured)
    report.write()


def measure(
    found: list[Original], pictures: Path, folder: Path, amount: dict[str, int]
) -> dict[str, Any]:
    """Return all measurements of speed and memory."""
    site = Site(folder / "site")
    versions: dict[str, str] = {}
    with ExitStack() as stack:
        after = stack.enter_context(huimages(site, found, "after", chain="upload"))
        ours = [stack.enter_context(huimages(site, found, "first"))]
        ours.append(stack.enter_context(huimages(site, found, "pillow", vectors=False)))
        peers = list(_peers(stack, pictures, folder))
        versions = {server.name: server.version for server in [*ours, *peers]}
        say(f"comparing {', '.join(versions)}")

        def forget() -> None:
            for name in ("after", "first", "pillow"):
                site.forget(name)

        contests = _contests(found, [*ours, *peers], after, amount["pictures"])
        speeds = run(contests, amount["rounds"], amount["seconds"], forget, say)
        forget()
        say("warm")
        hits = warm.measure(site, found, after, folder, amount["rounds"])
    say("memory")
    peaks = _peaks(found, pictures, folder)
    say("bytes and likeness")
    return {
        "when": datetime.now(UTC).strftime("%Y-%m-%d %H:%M"),
        "machine": f"{os.cpu_count()} cores, {platform.system()} {platform.machine()}",
        "load": os.getloadavg()[1],
        "bits": sorted(round(original.bits_per_pixel, 1) for original in found),
        "versions": versions,
        "speeds": {
            name: {
                server: [asdict(speed) for speed in rounds] for server, rounds in by_server.items()
            }
            for name, by_server in speeds.items()
        },
        "warm": hits,
        "peaks": peaks,
        "bytes": extras.bytes_by_format(site, found),
        "likeness": extras.worst_likeness(found),
        "prepared": extras.prepared(site, originals.of(found, 12)[0], amount["rounds"]),
    }


def _peers(stack: ExitStack, pictures: Path, folder: Path) -> Iterator[Server]:
    """Yield the installed servers."""
    for peer in (node.sharp, node.ipx, thumbor.thumbor, nginx.image_filter):
        try:
            yield stack.enter_context(peer(pictures, folder / peer.__name__))
        except NotInstalled as reason:
            say(f"left out: {reason}")


def _contests(
    found: list[Original], servers: list[Server], after: Server, pictures: int
) -> list[Contest]:
    contests = []
    for megapixels, side in FIRST:
        # More of the small ones, so that a measurement takes long enough.
        wanted = boxes(originals.of(found, megapixels), side, pictures * max(1, 6 // megapixels))
        for at_once in (1, 2, 8) if (megapixels, side) in report.WITH_CLIENTS else (2,):
            name = report.first(megapixels, side, at_once)
            contests.append(Contest(name, servers, wanted, at_once))
    scaled_by_sharp = [server for server in servers if server.name in {"sharp", "ipx"}]
    for megapixels, side in SECOND:
        wanted = boxes(originals.of(found, megapixels), side, 5 * pictures)
        name = report.second(megapixels, side)
        contests.append(Contest(name, [after, *scaled_by_sharp], wanted))
    ten = [(original, size) for original in originals.of(found, 12)[:1] for size in classic()]
    contests.append(Contest(report.TEN, [after, *scaled_by_sharp], ten))
    return contests


def classic() -> list[Size]:
    """Return the ten named sizes of huImages 2.2."""
    return list(CLASSIC.values())


def _peaks(found: list[Original], pictures: Path, folder: Path) -> dict[str, dict[str, float]]:
    """Return the peak megabytes of each server for eight pictures of 24 MP at once, and at rest."""
    large = originals.of(found, 24)[0]
    size = Size(1024, 1024)
    peaks: dict[str, dict[str, float]] = {}
    for kind in ("baseline", "progressive"):
        many = originals.variants(large, _MEMORY_PICTURES, progressive=kind == "progressive")
        starters = [
            lambda many=many, kind=kind: huimages(Site(folder / f"memory-{kind}"), many, "site"),
            lambda kind=kind: node.sharp(pictures, folder / f"sharp-{kind}"),
            lambda kind=kind: node.ipx(pictures, folder / f"ipx-{kind}"),
            lambda kind=kind: thumbor.thumbor(pictures, folder / f"thumbor-{kind}"),
            lambda kind=kind: nginx.image_filter(pictures, folder / f"nginx-{kind}"),
        ]
        for start in starters:
            with suppress(NotInstalled), start() as server, watched(server.pid) as peak:
                time.sleep(1)
                at_rest = peak.bytes
                requests = [server.request(original, size) for original in many]
                fetched(server.url, requests, len(requests))
                megabytes = peaks.setdefault(server.name, {})
                megabytes["at rest"] = at_rest / 1e6
                megabytes[kind] = peak.bytes / 1e6
    return peaks


def say(text: str) -> None:
    print(text, flush=True)


if __name__ == "__main__":
    main()
