"""Carrying originals from one place to another: as often as it takes, and never losing one.

An original counts as carried once its copy was read back and has the same bytes, and those
are the ones its ID was made from.  Where a run was cut short, the next one goes on: what is
in both places already, with the same length, is left alone.
"""

from __future__ import annotations

import contextlib
import heapq
import io
import itertools
import secrets
from collections.abc import Callable, Generator, Iterator
from contextlib import closing
from dataclasses import dataclass
from enum import Enum
from typing import BinaryIO

from ...domain.files import same_bytes
from ...domain.ids import image_id, image_id_of_file
from ...errors import BadInput, CorruptOriginal, IdCollision, StorageUnavailable, UnknownImage
from ...storage.interfaces import OriginalInfo, Originals
from ..parallel import in_parallel


class Where(Enum):
    """Which of the two places have an original."""

    SOURCE = "only in the source"
    BOTH = "in both"
    TARGET = "only in the target"
    NEITHER = "in neither any more"


@dataclass(frozen=True)
class Transferred:
    """Where an original is now; `copied` if this run brought it, `error` if something failed."""

    image_id: str
    where: Where
    copied: bool = False
    error: str = ""


class OriginalsMigration:
    """Copies all originals of `source` to `target`; with `move`, takes them out of the source.

    `describe` says what to store beside the bytes of a picture.  Nothing is ever removed
    but, with `move`, an original whose copy was just read back.  Raises BadInput for a move
    that can't be: out of a place that does not give up single originals, or onto itself.
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
            raise BadInput("this place does not give up single originals: copy without moving")
        self._source = source
        self._target = target
        self._describe = describe
        self._move = move

    def count(self) -> int:
        """How many originals the source has; raises StorageUnavailable."""
        return sum(1 for _ in self._source.ids())

    def run(self, jobs: int = 1) -> Generator[Transferred, None, None]:
        """Carry, `jobs` at a time; yields every original of either place once it is done with.

        What fails for one original is told, and the others go on; a place that is down ends
        it all.  Raises StorageUnavailable, BadInput.
        """
        self._target.check()
        if self._move:
            self._demand_two_places()
        with closing(in_parallel(self._carry, self._listed(), jobs)) as carried:
            yield from carried

    # -- steps ---------------------------------------------------------------------------

    def _listed(self) -> Iterator[tuple[str, Where]]:
        # Both lists ascend, so one pass over the two finds who stands in which.
        both = heapq.merge(
            ((one, Where.SOURCE) for one in self._source.ids()),
            ((one, Where.TARGET) for one in self._target.ids()),
            key=lambda pair: pair[0],
        )
        for listed, group in itertools.groupby(both, key=lambda pair: pair[0]):
            places = [where for _, where in group]
            yield listed, places[0] if len(places) == 1 else Where.BOTH

    def _carry(self, listed: tuple[str, Where]) -> Transferred:
        image_id, where = listed
        if where is Where.TARGET:
            return Transferred(image_id, where)
        try:
            if where is Where.BOTH and not self._move and self._same_length(image_id):
                return Transferred(image_id, where)
            copied = self._copy(image_id, put=where is Where.SOURCE)
            if self._move:
                self._source.delete(image_id)
        except (UnknownImage, CorruptOriginal, IdCollision) as error:
            return self._told(image_id, str(error))
        except (StorageUnavailable, OSError) as error:
            # One original that can't be carried is told; a place that is down is the end.
            self._source.length(image_id)
            self._target.check()
            return self._told(image_id, str(error))
        return Transferred(image_id, Where.TARGET if self._move else Where.BOTH, copied)

    def _copy(self, image_id: str, *, put: bool) -> bool:
        """Whether the original is new in the target; when this returns, it is proved there."""
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

    def _same_length(self, image_id: str) -> bool:
        return self._source.length(image_id) == self._target.length(image_id)

    def _told(self, image_id: str, error: str) -> Transferred:
        """The failure, with where the original is found to be now."""
        here = self._source.length(image_id) is not None
        there = self._target.length(image_id) is not None
        if not here and not there:
            return Transferred(image_id, Where.NEITHER)  # somebody removed it since it was listed
        where = Where.BOTH if here and there else Where.SOURCE if here else Where.TARGET
        return Transferred(image_id, where, error=error)

    def _demand_two_places(self) -> None:
        """Raises BadInput if what is put into the target appears in the source.

        A place has many names (a link to a folder, two addresses of one server), so names
        prove nothing; and moving a place onto itself would empty it.
        """
        content = b"huimages tries whether these are two places: " + secrets.token_bytes(16)
        probe = image_id(content)
        with contextlib.ExitStack() as stack:
            stack.callback(self._target.delete, probe)
            info = OriginalInfo("application/octet-stream", 0, 0)
            self._target.put(probe, io.BytesIO(content), info)
            if self._source.length(probe) is not None:
                raise BadInput("the source and the target are the same place")
