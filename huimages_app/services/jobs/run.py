"""The work on one job: collect its items, apply them, or undo it."""

from __future__ import annotations

import itertools
import logging
from collections.abc import Iterable
from dataclasses import replace

from ...errors import HuimagesError, ServerBusy, StorageUnavailable, UnknownChange, UnknownImage
from .. import audit
from ..histories import Histories
from .claim import Claim, Interrupted
from .job import MAX_LISTED, Part, Skip
from .kinds import JobKind
from .store import PART_SIZE, LostLease

log = logging.getLogger(__name__)


def run(claim: Claim, kind: JobKind, histories: Histories) -> None:
    """Work on a job to its end.

    Raises Interrupted, LostLease; StorageUnavailable and ServerBusy, with the job left to be
    continued.  Any other exception ends the job as failed, and is logged.
    """
    job = claim.job
    actor = job.undone_by if job.state == "undoing" else job.actor
    with audit.acting_as(lambda: {**actor, "by_job": job.id}):
        try:
            if job.state == "undoing":
                _undo(claim, histories)
                return
            if job.state == "collecting":
                _collect(claim, kind)
            _apply(claim, kind)
        except (Interrupted, LostLease):
            raise
        except (StorageUnavailable, ServerBusy):
            claim.release()
            raise
        except Exception as error:
            # A bug: every further attempt would fail as well.
            log.exception("job failed: job=%s", job.id)
            claim.finish("failed", f"{type(error).__name__}: {error}"[:300])


def _collect(claim: Claim, kind: JobKind) -> None:
    store, job_id = claim.store, claim.job.id
    items = iter(kind.items(claim.job.order))
    number = total = 0
    while batch := tuple(itertools.islice(items, PART_SIZE)):
        store.put_part(job_id, number, Part(batch))
        number, total = number + 1, total + len(batch)
        # An earlier attempt, before a kill, may have stored more parts.
        claim.update(parts=max(claim.job.parts, number), total=total)
        claim.save()
    store.remove_parts(claim.job, number)
    claim.update(state="running", parts=number, total=total)
    claim.save()


def _apply(claim: Claim, kind: JobKind) -> None:
    while claim.job.done < claim.job.total:
        _apply_part(claim, kind)
        claim.end_turn()
    claim.finish("done")
    job = claim.job
    audit.record(f"job {job.state}", job=job.id, changed=f"{job.changed}", skipped=f"{job.skipped}")


def _apply_part(claim: Claim, kind: JobKind) -> None:
    number, index = divmod(claim.job.done, PART_SIZE)
    part = claim.store.part(claim.job.id, number)
    for item in part.items[index:]:
        skip = None
        is_changed = False
        try:
            is_changed = kind.apply(claim.job, item)
        except (StorageUnavailable, ServerBusy):
            raise
        except HuimagesError as error:
            skip = Skip(item["id"], str(error))
        if skip:
            part = replace(part, skips=_with(part.skips, [skip]))
        if is_changed:
            part = replace(part, changed=(*part.changed, item["id"]))
        job = claim.job
        claim.update(
            done=job.done + 1,
            changed=job.changed + is_changed,
            skipped=job.skipped + (skip is not None),
            skips=_listed(job.skips, [skip] if skip else []),
        )
        if claim.is_due:
            _save(claim, number, part)
    _save(claim, number, part)


def _undo(claim: Claim, histories: Histories) -> None:
    job = claim.job
    # The last saved progress may lie behind the work, by less than one part.
    end = min(job.total, job.done + PART_SIZE)
    while claim.job.undone < end:
        _undo_part(claim, histories, end)
        claim.end_turn()
    claim.finish("undone")
    audit.record("job was undone", job=job.id, kept=str(claim.job.kept))


def _undo_part(claim: Claim, histories: Histories, end: int) -> None:
    number, index = divmod(claim.job.undone, PART_SIZE)
    part = claim.store.part(claim.job.id, number)
    for item in part.items[index : end - number * PART_SIZE]:
        kept = _take_back(item["id"], claim.job.id, part, histories)
        part = replace(part, kept=_with(part.kept, kept))
        job = claim.job
        claim.update(
            undone=job.undone + 1,
            kept=job.kept + len(kept),
            skips=_listed(job.skips, kept),
        )
        if claim.is_due:
            _save(claim, number, part)
    _save(claim, number, part)


def _take_back(image_id: str, job_id: str, part: Part, histories: Histories) -> list[Skip]:
    try:
        kept = histories.take_back_job(image_id, job_id)
    except UnknownChange as error:
        return [Skip(image_id, str(error))] if image_id in part.changed else []
    except UnknownImage as error:
        return [Skip(image_id, str(error))]
    return [Skip(image_id, reason, field) for field, reason in kept]


def _save(claim: Claim, number: int, part: Part) -> None:
    if part.skips or part.kept or part.changed:
        claim.store.put_part(claim.job.id, number, part)
    claim.save()


def _with(skips: tuple[Skip, ...], new: Iterable[Skip]) -> tuple[Skip, ...]:
    """Return the skips with further ones; those of work that is repeated only once."""
    return tuple({(skip.image_id, skip.field): skip for skip in (*skips, *new)}.values())


def _listed(skips: tuple[Skip, ...], new: Iterable[Skip]) -> tuple[Skip, ...]:
    return _with(skips, new)[:MAX_LISTED]
