"""Options that several commands share, and the question before a removal."""

from __future__ import annotations

import sys
import time

import click

from ..config.cores import usable_cores
from ..errors import BadInput

_MAX_JOBS = 64

jobs_option = click.option(
    "--jobs",
    type=click.IntRange(1, _MAX_JOBS),
    # While half of them wait for a disk or a store, the others use all cores.
    default=lambda: min(2 * usable_cores(), _MAX_JOBS),
    show_default="twice the number of cores",
    help="Number of images processed in parallel.",
)
days_option = click.option(
    "--days",
    "expires",
    type=click.IntRange(1, 3650),
    callback=lambda context, option, days: int(time.time()) + days * 86400 if days else None,
    help="Lifetime of the signature, if the URL needs one; unlimited if omitted.",
)
count_option = click.option("--count", is_flag=True, help="Print only their number.")
yes_option = click.option("--yes", is_flag=True, help="Do not ask for confirmation.")


def confirmed(question: str, yes: bool) -> bool:
    """Return whether the user confirms, or passed --yes; raises BadInput without a terminal."""
    if yes:
        return True
    if not sys.stdin.isatty():
        raise BadInput("not a terminal: pass --yes to confirm")
    return click.confirm(question, err=True)
