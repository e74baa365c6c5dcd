"""Commands that look after what is stored."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Sequence
from contextlib import closing
from datetime import UTC, datetime, timedelta

import click

from ..errors import BadInput, UnknownImage
from .context import Site, pass_site
from .import_files import jobs_option
from .output import plural, progress

yes_option = click.option("--yes", is_flag=True, help="Don't ask.")


@click.command("delete")
@click.argument("image_ids", metavar="ID…", nargs=-1, required=True)
@click.option("--purge", is_flag=True, help="Remove them for good, not to the trash.")
@yes_option
@pass_site
def delete(site: Site, image_ids: Sequence[str], purge: bool, yes: bool) -> int:
    """Move the images to the trash; or remove them for good."""
    from ..domain.ids import parse_image_id

    ids = [parse_image_id(image_id) for image_id in image_ids]
    if purge and not _agreed(f"Remove {plural(len(ids), 'image')} for good?", yes):
        return 1
    act = site.services.editing.remove if purge else site.services.editing.trash
    failed = False
    for image_id in ids:
        try:
            act(image_id)
        except UnknownImage as error:
            failed = True
            click.echo(f"huimages: {error}", err=True)
    return int(failed)


@click.command("setup")
@click.option(
    "--old-marks",
    is_flag=True,
    help="Also write into the marks of a former huImages site what sorting by them needs.",
)
@pass_site
def setup(site: Site, old_marks: bool) -> None:
    """Make what the stores need: in CouchDB, the databases and their views."""
    services = site.services
    for line in services.operations.setup(old_marks=old_marks):
        click.echo(line)


@click.group("cache")
def cache() -> None:
    """Look after the cache of renditions."""


@cache.command("prune")
@click.option(
    "--max-bytes",
    metavar="AMOUNT",
    help="What may stay, as in 500 MB or 2 GB; the setting huimages.cache.max_bytes if not given.",
)
@pass_site
def cache_prune(site: Site, max_bytes: str | None) -> None:
    """Remove the renditions that were not used for longest, down to a limit."""
    from ..config.parsers import amount, wanted

    try:
        limit = None if max_bytes is None else amount(max_bytes)
    except ValueError:
        raise BadInput(f"--max-bytes {max_bytes!r} is not {wanted(amount)}") from None
    pruned = site.services.operations.prune_cache(limit)
    click.echo(f"{plural(pruned.files, 'file')} removed, {pruned.bytes / 10**6:,.1f} MB")


@click.command("check", short_help="Check originals, records, checksums; or a former site.")
@click.option("--quick", is_flag=True, help="Compare the lists only, read no original.")
@click.option("--repair", is_flag=True, help="Mend what can be mended; deletes nothing.")
@click.option(
    "--site",
    "former",
    is_flag=True,
    help="Look a former huImages site through instead, before it is taken over.",
)
@click.option(
    "--sample",
    type=click.IntRange(0),
    default=200,
    show_default=True,
    help="With --site: so many originals are looked into.",
)
@click.option("--json", "as_json", is_flag=True, help="With --site: for programs.")
@jobs_option
@pass_site
def check(
    site: Site, quick: bool, repair: bool, former: bool, sample: int, as_json: bool, jobs: int
) -> int:
    """Check that every record has its original, every original its record, and the checksums.

    --repair makes records for originals that have none, and measures again what a record
    says wrongly.

    --site reads the two databases and the bucket of a former huImages site, says what is in
    them and what to do next, and changes nothing.
    """
    if former:
        if quick or repair:
            raise BadInput("--site changes nothing and goes with neither --quick nor --repair")
        from .legacy_report import look_through

        return look_through(site, sample=sample, jobs=jobs, as_json=as_json)
    services = site.services
    counts: Counter[str] = Counter()

    def looked_at() -> None:
        counts["looked at"] += 1
        bar.advance()

    with (
        progress("checking", services.images.count()) as bar,
        closing(
            services.integrity.check(quick=quick, repair=repair, jobs=jobs, progress=looked_at)
        ) as findings,
    ):
        for finding in findings:
            counts["repaired" if finding.repaired else "open"] += 1
            detail = "repaired" if finding.repaired else finding.detail
            bar.say(f"{finding.image_id}: {finding.problem.value}" + f" ({detail})" * bool(detail))
    click.echo(
        f"{plural(counts['looked at'], 'image')}: "
        f"{counts['repaired'] + counts['open']:,} wrong"
        + f", {counts['repaired']:,} repaired"
        * repair
    )
    return int(counts["open"] > 0)


@click.command("purge", short_help="Empty the trash of what is old.")
@click.option(
    "--days",
    type=click.IntRange(0),
    help="In the trash for so long; the setting huimages.trash.days if not given.",
)
@yes_option
@pass_site
def purge(site: Site, days: int | None, yes: bool) -> int:
    """Remove for good what has been in the trash for some days."""
    age = site.settings.trash_days if days is None else days
    question = f"Remove for good what has been in the trash for {plural(age, 'day')}?"
    if not _agreed(question, yes):
        return 1
    before = datetime.now(UTC) - timedelta(days=age)
    removed = 0
    try:
        for image_id in site.services.integrity.purge(before):
            removed += 1
            click.echo(image_id)
    finally:
        click.echo(f"{plural(removed, 'image')} removed", err=True)
    return 0


def _agreed(question: str, yes: bool) -> bool:
    """Whether a person agrees, or has agreed with --yes; raises BadInput if nobody is there."""
    if yes:
        return True
    if not sys.stdin.isatty():
        raise BadInput("nobody is there to be asked: add --yes if you are sure")
    return click.confirm(question, err=True)


COMMANDS = (delete, cache, check, purge, setup)
