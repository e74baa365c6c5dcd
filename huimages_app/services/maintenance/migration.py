"""Copy or move originals between two locations; can be repeated after every interruption.

An original counts as transferred once its copy was read back, has the same bytes, and these
are the bytes that its ID was made from.  A later run copies only what is missing, but reads
every original in both locations: an equal length does not show that a copy is whole.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Generator, Iterator
from contextlib import closing
from dataclasses import dataclass
from enum import Enum
from typing import BinaryIO

from ...domain.files import same_bytes
from ...domain.ids import image_id_of_file
from ...errors import (
    BadInput,
    BadSetting,
    CorruptOriginal,
    IdCollision,
    StorageUnavailable,
    UnknownImage,
)
from ...storage.interfaces import OriginalInfo, Originals
from ..concurrency import in_parallel
from .joined import joined
from .locations import require_two_locations

log = logging.getLogger(__name__)


class Where(Enum):
    """The locations that hold an original; a damaged copy in the target does not count."""

    SOURCE = "only in the source"
    BOTH = "in both"
    TARGET = "only in the target"
    NEITHER = "in neither any more"


@dataclass(frozen=True)
class Transferred:
    """The locations of an original; `copied` if this run copied it, `error` if that failed."""

    image_id: str
    where: Where
    copied: bool = False
    error: str = ""


class OriginalsMigration:
    """Copies all originals of `source` to `target`; `move` also deletes them in the source.

    `describe` returns what to store beside the bytes of a picture.  Only an original whose
    copy was just read back is deleted.  Raises BadInput for an impossible move: from a
    location that can't delete single originals, or onto itself.
    """

    def __init__(
        self,
        source: Originals,
        target: Originals,
        describe: Callable[[BinaryIO], OriginalInfo],
        *,
        move: bool = False,
    ) -> None:
        if move and not source.movable:
            raise BadInput("this location can't delete single originals: copy without moving")
        self._source = source
        self._target = target
        self._describe = describe
        self._move = move

    def count(self) -> int:
        """Return the number of originals in the source; raises StorageUnavailable."""
        return sum(1 for _ in self._source.ids())

    def run(self, jobs: int = 1) -> Generator[Transferred, None, None]:
        """Transfer `jobs` originals at a time; yield each original of either location when done.

        A failure of one original is reported and does not end the run; a location that is
        down does.  Raises StorageUnavailable, BadInput, and BadSetting for a target that stores
        no originals.
        """
        self._target.check()
        if self._move:
            require_two_locations(self._source, self._target)
        with closing(in_parallel(self._transfer, self._listed(), jobs)) as transferred:
            yield from transferred

    # -- steps ---------------------------------------------------------------------------

    def _listed(self) -> Iterator[tuple[str, Where]]:
        both = joined({Where.SOURCE: self._source.ids(), Where.TARGET: self._target.ids()})
        for image_id, locations in both:
            yield image_id, locations.pop() if len(locations) == 1 else Where.BOTH

    def _transfer(self, listed: tuple[str, Where]) -> Transferred:
        image_id, where = listed
        if where is Where.TARGET:
            return Transferred(image_id, where)
        try:
            copied = self._copy(image_id, put=where is Where.SOURCE)
            if self._move:
                self._source.delete(image_id)
        except (UnknownImage, CorruptOriginal, IdCollision) as error:
            return self._failed(image_id, str(error))
        except (StorageUnavailable, OSError) as error:
            # A location that is down ends the run; a single unreadable original does not.
            self._source.length(image_id)
            self._target.check()
            return self._failed(image_id, str(error))
        except BadSetting:
            raise  # a location that stores no originals
        except Exception as error:
            log.exception("transfer failed: image=%s", image_id)
            return self._failed(image_id, f"unexpected {type(error).__name__}: {error}")
        return Transferred(image_id, Where.TARGET if self._move else Where.BOTH, copied)

    def _copy(self, image_id: str, *, put: bool) -> bool:
        """Copy if `put`, and compare; return whether the original is new in the target."""
        with self._source.open(image_id) as original:
            if image_id_of_file(original) != image_id:
                raise CorruptOriginal("the bytes in the source are not those of this picture")
            copied = False
            if put:
                original.seek(0)
                info = self._describe(original)
                copied = self._target.put(image_id, original, info)
            with self._target.open(image_id) as copy:
                if not same_bytes(original, copy):
                    raise CorruptOriginal("the bytes in the target are not those in the source")
        return copied

    def _failed(self, image_id: str, error: str) -> Transferred:
        """Return the failure, and where the original is safe now.

        Without a whole copy in the target it counts as only in the source, even if it is
        damaged there: the source must not be switched off.
        """
        in_source = self._source.length(image_id) is not None
        if _holds_whole(self._target, image_id):
            whole = in_source and _holds_whole(self._source, image_id)
            return Transferred(image_id, Where.BOTH if whole else Where.TARGET, error=error)
        if not in_source and self._target.length(image_id) is None:
            return Transferred(image_id, Where.NEITHER)  # removed since it was listed
        return Transferred(image_id, Where.SOURCE if in_source else Where.TARGET, error=error)


def _holds_whole(originals: Originals, identifier: str) -> bool:
    """Return whether the original can be read and has the bytes of its ID."""
    try:
        return originals.is_intact(identifier)
    except UnknownImage:
        return False
    except (StorageUnavailable, OSError) as error:
        log.warning("original cannot be read: image=%s error=%s", identifier, error)
        return False
