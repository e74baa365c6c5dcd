"""Options that several commands share, and the question before a removal."""

from __future__ import annotations

import os
import sys
import time

import click

from ..errors import BadInput

jobs_option = click.option(
    "--jobs",
    type=click.IntRange(1, 64),
    default=min(4, os.cpu_count() or 1),
    show_default=True,
    help="Number of images processed in parallel.",
)
days_option = click.option(
    "--days",
    "expires",
    type=click.IntRange(1, 3650),
    callback=lambda context, option, days: int(time.time()) + days * 86400 if days else None,
    help="Lifetime of the signature, if the URL needs one; unlimited if omitted.",
)
yes_option = click.option("--yes", is_flag=True, help="Do not ask for confirmation.")


def confirmed(question: str, yes: bool) -> bool:
    """Return whether the user confirms, or passed --yes; raises BadInput without a terminal."""
    if yes:
        return True
    if not sys.stdin.isatty():
        raise BadInput("not a terminal: pass --yes to confirm")
    return click.confirm(question, err=True)
