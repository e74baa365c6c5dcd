"""Kinds of jobs: the interface between the machinery of jobs and their work.

To add a kind of job:

1. Subclass `JobKind` in a file beside this one, and give it a `name`, which stored jobs contain.
2. Add an object of it to the list of kinds that `factory.py` gives to `Jobs`.
3. Begin a job with `services.jobs.create(NAME, order, items)`.  `order` is a small JSON object
   that says what to do.  `items` are JSON objects with the key `id`, each for one image and each
   image once; they are stored in parts, so they may be many.  Without `items`, `JobKind.items`
   lists them in the background.
4. Describe the order for people in `web/presentation/jobs.py`.

Progress, leases, restarts, cancelling, the list of jobs and the pages need no code.  Undoing
needs none either if `apply` changes images through the services: within a job, every change of
a record is written into the history of the image under the ID of the job, in the same write, and
undoing takes these changes back.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from typing import Any, ClassVar

from .job import Item, Job


class JobKind(ABC):
    """One kind of job.  Thread-safe."""

    name: ClassVar[str]

    def items(self, order: Mapping[str, Any]) -> Iterator[Item]:
        """Yield the items of a job that was created without items; called again after a restart."""
        raise NotImplementedError(f"jobs of the kind {self.name} are created with their items")

    @abstractmethod
    def apply(self, job: Job, item: Item) -> bool:
        """Do the work on one image; return whether it changed the image.

        Called again for the items since the last saved progress when a process was killed: it
        must do nothing that is done already.  StorageUnavailable and ServerBusy interrupt the
        job, which goes on later; all other errors of `errors.py` skip the item, and their message
        is shown to editors; any other exception ends the job.
        """
