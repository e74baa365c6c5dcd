"""The lines of code that take the most CPU time, for cache misses and for hits.

    python -m benchmarks.heaviest

requests pictures from a server while py-spy samples the stacks of all its processes, decoders
included, 50 times per second.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from huimages_app.domain.sizes import Size

from . import originals, report, results
from .load import Request, fetched
from .peers import INSTALLED, Server
from .peers.huimages import Site, huimages
from .rounds import boxes

_SECONDS = 10
_LINES = 10
# Lines that wait: for work, for a message of a decoder, for a child.
_IDLE = (
    "wait (threading.py",
    "poll (waitress/wasyncore.py",
    "loop (waitress/wasyncore.py",
    "recv_fds (socket.py",
    "_receive (huimages_app/imaging/isolation/process.py",
    "_wait (huimages_app/web/server/supervisor.py",
)


def main() -> None:
    found = originals.made(INSTALLED / "originals", 3)
    lines = {}
    with tempfile.TemporaryDirectory(dir=INSTALLED) as name:
        folder = Path(name)
        site = Site(folder / "site")
        with huimages(site, found, "first") as server:
            for megapixels, side in ((2, 240), (12, 240)):
                wanted = boxes(originals.of(found, megapixels), side, 24)
                requests = [server.request(original, size) for original, size in wanted]
                title = f"A miss, {megapixels} MP → {side}"
                lines[title] = watched(server, requests, lambda: site.forget("first"), folder)
            thumb = [server.request(original, Size(240, 160)) for original in found]
            lines["A hit"] = watched(server, thumb, lambda: None, folder)
    results.save("heaviest", lines)
    report.write()


def watched(
    server: Server, requests: list[Request], forget: Callable[[], None], folder: Path
) -> list[tuple[float, str]]:
    """Return the heaviest lines and their shares while the server handles requests."""
    output = folder / "stacks.txt"
    program = Path(sys.executable).with_name("py-spy")
    command = [program, "record", "--format=raw", "--subprocesses", "--rate=50"]
    with subprocess.Popen(
        [*command, f"--duration={_SECONDS}", f"--pid={server.pid}", f"--output={output}"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as spy:
        end = time.monotonic() + 2 * _SECONDS
        while spy.poll() is None and time.monotonic() < end:
            forget()
            fetched(server.url, requests, 2)
    return heaviest(output.read_text())


def heaviest(stacks: str) -> list[tuple[float, str]]:
    """Return the heaviest lines of stacks in the raw format of py-spy: `outer;inner count`."""
    counts: Counter[str] = Counter()
    for line in stacks.splitlines():
        stack, _, times = line.rpartition(" ")
        leaf = stack.rpartition(";")[2]
        if not any(idle in leaf for idle in _IDLE):
            counts[leaf] += int(times)
    total = counts.total()
    return [(times / total, leaf) for leaf, times in counts.most_common(_LINES)]


if __name__ == "__main__":
    main()
