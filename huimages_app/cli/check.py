"""`huimages check`: compare metadata and originals."""

from __future__ import annotations

from collections import Counter
from contextlib import closing

import click

from ..errors import BadInput
from .context import CliContext, pass_cli_context
from .options import jobs_option
from .output import plural
from .progress import progress


@click.command("check", short_help="Check originals, metadata and checksums; or a legacy site.")
@click.option("--quick", is_flag=True, help="Compare the lists only; read no original.")
@click.option("--repair", is_flag=True, help="Repair what can be repaired; deletes nothing.")
@click.option(
    "--site",
    "legacy",
    is_flag=True,
    help="Inspect a huImages 2.2 site instead, before huimages takes it over.",
)
@click.option(
    "--sample",
    type=click.IntRange(0),
    default=200,
    show_default=True,
    help="With --site: number of random originals to inspect.",
)
@click.option("--json", "as_json", is_flag=True, help="With --site: print JSON.")
@jobs_option
@pass_cli_context
def check(
    context: CliContext,
    quick: bool,
    repair: bool,
    legacy: bool,
    sample: int,
    as_json: bool,
    jobs: int,
) -> int:
    """Check that each image has an original, each original an image, and all checksums.

    --repair adds metadata for originals without it, and corrects wrong properties in the
    metadata.

    --site reads the two databases and the bucket of a huImages 2.2 site, reports their
    contents and the next steps, and changes nothing.
    """
    if legacy:
        if quick or repair:
            raise BadInput("--site changes nothing: remove --quick and --repair")
        from .check_site import inspect_site

        return inspect_site(context, sample=sample, jobs=jobs, as_json=as_json)
    services = context.services if repair else context.reading_services
    counts: Counter[str] = Counter()

    def advance() -> None:
        counts["checked"] += 1
        bar.advance()

    with (
        progress("checking", services.images.count()) as bar,
        closing(
            services.integrity.check(quick=quick, repair=repair, jobs=jobs, progress=advance)
        ) as findings,
    ):
        for finding in findings:
            counts["repaired" if finding.repaired else "open"] += 1
            detail = "repaired" if finding.repaired else finding.detail
            suffix = f" ({detail})" if detail else ""
            bar.print_line(f"{finding.image_id}: {finding.problem.value}{suffix}")
    summary = f"{plural(counts['checked'], 'image')}: {counts['repaired'] + counts['open']:,} wrong"
    if repair:
        summary += f", {counts['repaired']:,} repaired"
    click.echo(summary)
    return int(counts["open"] > 0)
