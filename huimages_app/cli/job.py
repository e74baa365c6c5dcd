"""`huimages job`: list, show, follow, cancel and undo jobs."""

from __future__ import annotations

import json
from contextlib import ExitStack
from typing import TYPE_CHECKING

import click

from .context import CliContext, pass_cli_context, warn
from .output import plural
from .progress import progress

if TYPE_CHECKING:
    from ..services.jobs.job import Job
    from ..services.maintenance.progress import Progress


@click.group("job", short_help="List, show, cancel and undo jobs.")
def job() -> None:
    """List, show, cancel and undo jobs: changes of many images at once.

    Jobs are kept for 30 days.
    """


@job.command("list")
@pass_cli_context
def list_(context: CliContext) -> None:
    """List the jobs that are kept, the newest first: ID, time, author, state, images."""
    for one in context.reading_services.jobs.all():
        click.echo(
            f"{one.id}  {one.created:%Y-%m-%d %H:%M}  {one.by or 'a visitor'}  {one.state}  "
            f"{one.done:,} of {plural(one.total, 'image')}"
        )


@job.command("show")
@click.argument("job_id", metavar="JOB")
@pass_cli_context
def show(context: CliContext, job_id: str) -> None:
    """Show the state of a job, and the images that it left as they are."""
    jobs = context.reading_services.jobs
    _print(jobs.get(job_id))
    first: int | None = 0
    while first is not None:
        skips, first = jobs.skips(job_id, first)
        for skip in skips:
            click.echo("  ".join(filter(None, [skip.image_id, skip.field, skip.reason])))


@job.command("cancel")
@click.argument("job_id", metavar="JOB")
@pass_cli_context
def cancel(context: CliContext, job_id: str) -> None:
    """Stop a job; what it has done stays."""
    _print(context.services.jobs.cancel(job_id))


@job.command("undo")
@click.argument("job_id", metavar="JOB")
@pass_cli_context
def undo(context: CliContext, job_id: str) -> int:
    """Take back all that a job changed.

    Fields that were changed again since stay as they are: `huimages job show` lists them.
    """
    return follow(context, context.services.jobs.undo(job_id))


@job.command("follow")
@click.argument("job_id", metavar="JOB")
@pass_cli_context
def follow_(context: CliContext, job_id: str) -> int:
    """Show the progress of a job, and continue it if no other process works on it."""
    return follow(context, context.services.jobs.get(job_id))


def follow(context: CliContext, job: Job) -> int:
    """Work on a job with a progress bar to its end, print it, and return the exit status."""
    click.echo(f"job {job.id}")
    with ExitStack() as stack:
        bars: list[_Shown] = []

        def update(job: Job) -> None:
            # The number of images is not known before they are collected.
            if not bars and job.state != "collecting":
                bars.append(_Shown(stack.enter_context(progress("images", job.total))))
            for bar in bars:
                bar.update(job)

        job = context.services.jobs.runner.run(job.id, update)
    _print(job)
    return 1 if job.state == "failed" else 0


class _Shown:
    """The state of a job that the progress bar has shown."""

    def __init__(self, bar: Progress) -> None:
        self._bar = bar
        self._count = 0

    def update(self, job: Job) -> None:
        done = job.undone if job.state in {"undoing", "undone"} else job.done
        for _ in range(done - self._count):
            self._bar.advance()
        self._count = max(done, self._count)


def _print(job: Job) -> None:
    if job.error:
        warn(f"job {job.id} failed: {job.error}")
    fields = {
        "state": job.state,
        "images": job.total,
        "looked at": job.done,
        "changed": job.changed,
        "skipped": job.skipped,
        **({"taken back": job.undone, "kept": job.kept} if job.undone else {}),
        "change": json.dumps(job.order.get("edit"), ensure_ascii=False),
    }
    for name, value in fields.items():
        click.echo(f"{name:10}  {value:,}" if isinstance(value, int) else f"{name:10}  {value}")
