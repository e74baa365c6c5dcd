"""Work on a job in a command, and report how it ended."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from ..errors import HuimagesError
from .progress import progress

if TYPE_CHECKING:
    from ..services.container import Services
    from ..services.jobs.job import Job


class JobFailed(HuimagesError):
    """A job did not do all its work."""


def finished(services: Services, job: Job, what: str) -> None:
    """Work on a job until it is over, and print what it did; raises JobFailed.

    `what` is changed by it, as in "images".
    """
    click.echo(f"job {job.id}", err=True)
    done = 0
    with progress(what, job.total) as shown:

        def advance(job: Job) -> None:
            nonlocal done
            while done < job.done:
                done += 1
                shown.advance()

        job = services.jobs.runner.run(job.id, advance)
    for skip in job.skips:
        click.echo(f"{skip.image_id}: {skip.reason}", err=True)
    click.echo(f"{job.changed:,} {what} changed, {job.skipped:,} left as they are")
    if job.state != "done" or job.skipped:
        raise JobFailed(f"job {job.id} is {job.state}{job.error and ': '}{job.error}")
