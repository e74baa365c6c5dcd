"""`huimages sizes-in-use`: the sizes in access logs, as a setting."""

from __future__ import annotations

import gzip
import re
import zlib
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import IO
from urllib.parse import unquote

import click

from ..errors import BadInput, BadSize
from .context import warn
from .output import plural, printable
from .progress import progress

# The request and the status are at the same position in the common, combined and vhost
# formats of Apache, nginx and lighttpd: `"GET /240x160/ID.jpeg HTTP/1.1" 200`.
_REQUEST = re.compile(rb'"(?:GET|HEAD) ([^" ]{1,2000})(?: HTTP/[0-9.]{1,3})?" (?:2\d\d|304) ')
_IMAGE = re.compile(r"/([^/]{1,40})/[A-Z2-7]{32}01(?:[./]|$)")
_MEGABYTE = 1_000_000
_LONGEST_LINE = 65_536  # bytes


@click.command("sizes-in-use", short_help="List the sizes in access logs, as a setting.")
@click.argument(
    "logs",
    metavar="ACCESSLOG…",
    nargs=-1,
    required=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
)
@click.option(
    "--at-least",
    type=click.IntRange(1),
    default=1,
    show_default=True,
    metavar="N",
    help="Leave out sizes with fewer than N successful requests.",
)
def sizes_in_use(logs: Sequence[Path], at_least: int) -> int:
    """List the sizes that clients request, and print them as the setting huimages.sizes.allowed.

    Reads access logs in the common, the combined and the lighttpd format; names that end in
    .gz are decompressed.  Only successful requests count.
    """
    requests: Counter[str] = Counter()
    failed = False
    with progress("reading access logs (MB)", sum(map(_megabytes, logs))) as bar:
        for log in logs:
            try:
                for line in _lines(log, bar.advance):
                    requests.update(_sizes(line))
            except (OSError, EOFError, zlib.error) as error:
                failed = True
                bar.print_line(f"{printable(log)}: {error}")
    if not requests:
        raise BadInput(
            f"no request for an image in {plural(len(logs), 'access log')}: expected lines like "
            '1.2.3.4 - - [1/Apr/2009:12:00:00 +0200] "GET /240x160/ID.jpeg HTTP/1.1" 200 1234'
        )
    _print_setting(requests, at_least)
    return int(failed)


def _print_setting(requests: Counter[str], at_least: int) -> None:
    from ..domain.sizes import CLASSIC, Size
    from ..services.size_policy import listed_sizes

    counts: Counter[Size] = Counter()
    for text, count in requests.items():
        try:
            counts[Size.parse(text).plain] += count
        except BadSize:
            warn(f"not a size of huimages: {text!r} ({plural(count, 'request')})")
    legacy = listed_sizes(["legacy"], CLASSIC)
    further: list[str] = []
    for size, count in counts.most_common():
        note = ""
        if size in legacy:
            note = ", part of legacy"
        elif count < at_least:
            note = ", left out"
        else:
            further.append(str(size))
        click.echo(f"# {size}: {plural(count, 'request')}{note}")
    click.echo(" ".join(["huimages.sizes.allowed = legacy", *further]))


def _sizes(line: bytes) -> Iterator[str]:
    """Yield the size in the path of a successful request for an image; nothing for other lines."""
    if request := _REQUEST.search(line):
        path = unquote(request[1].partition(b"?")[0].decode("latin-1"))
        if match := _IMAGE.search(path):
            yield match[1]


def _lines(path: Path, advance: Callable[[], None]) -> Iterator[bytes]:
    """Yield the lines of a log, and call `advance` for each megabyte of the file."""
    with path.open("rb") as raw:
        log: IO[bytes] = raw
        if path.suffix == ".gz":
            log = gzip.open(raw)  # type: ignore[assignment]  # noqa: SIM115 - closed with raw
        done = 0
        # A file without line ends, such as a binary file, is not read into memory at once.
        while line := log.readline(_LONGEST_LINE):
            yield line
            while done < raw.tell() // _MEGABYTE:
                done += 1
                advance()


def _megabytes(path: Path) -> int:
    return path.stat().st_size // _MEGABYTE
