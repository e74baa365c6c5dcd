"""Several places for originals behind each other, as a site has them that moves.

New originals go to the first place.  What is found further down is copied up when it is
first read, so a site migrates by being used; what is not read yet, stays where it is.
"""

from __future__ import annotations

import contextlib
import heapq
import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from typing import BinaryIO

from ...domain.files import same_bytes
from ...domain.ids import image_id_of_file
from ...errors import CorruptOriginal, HuimagesError, IdCollision, StorageUnavailable, UnknownImage
from ..interfaces import OriginalInfo, Originals

log = logging.getLogger(__name__)


class FallbackOriginals(Originals):
    """Originals in `first`, and in `further` ones, looked through in this order.

    `describe` says what to store beside the bytes of a picture that is copied up.  An
    image is unknown only if every place says so: one that is down may have it.
    """

    def __init__(
        self,
        first: Originals,
        further: Sequence[Originals],
        describe: Callable[[BinaryIO], OriginalInfo],
    ) -> None:
        self._first = first
        self._further = tuple(further)
        self._describe = describe

    def put(self, image_id: str, content: BinaryIO, info: OriginalInfo) -> bool:
        known = self._demand_no_other(image_id, content)
        return self._first.put(image_id, content, info) and not known

    @contextlib.contextmanager
    def open(self, image_id: str) -> Iterator[BinaryIO]:
        with ExitStack() as stack:
            yield self._opened(image_id, stack)

    def length(self, image_id: str) -> int | None:
        failure: StorageUnavailable | None = None
        for store in self._all:
            try:
                length = store.length(image_id)
            except StorageUnavailable as error:
                failure = failure or error
                continue
            if length is not None:
                return length
        if failure is not None:
            raise failure
        return None

    def delete(self, image_id: str) -> None:
        """From every place, or reading it would bring it back; the first one comes last."""
        for store in reversed(self._all):
            store.delete(image_id)

    def ids(self, after: str = "") -> Iterator[str]:
        last = after
        for image_id in heapq.merge(*(store.ids(after) for store in self._all)):
            if image_id != last:
                last = image_id
                yield image_id

    def check(self) -> None:
        """Raises StorageUnavailable if the first location is unavailable."""
        self._first.check()

    def close(self) -> None:
        for store in self._all:
            store.close()

    def address(self, image_id: str, *, filename: str, seconds: int) -> str | None:
        # From the first place only: what lies further down is copied up by `open`.
        try:
            return self._first.address(image_id, filename=filename, seconds=seconds)
        except StorageUnavailable:
            return None

    # -- reading -------------------------------------------------------------------------

    @property
    def _all(self) -> tuple[Originals, ...]:
        return self._first, *self._further

    def _opened(self, image_id: str, stack: ExitStack) -> BinaryIO:
        """The first whole copy, open until the stack ends; copied up if need be."""
        failures: list[HuimagesError] = []
        for store in self._all:
            try:
                # Closed at once, should the file turn out to be none.
                with ExitStack() as attempt:
                    file = attempt.enter_context(store.open(image_id))
                    if store is not self._first:
                        _prove(image_id, file)
                    stack.push(attempt.pop_all())
            except UnknownImage:
                continue
            except (StorageUnavailable, CorruptOriginal) as error:
                log.warning("looking for %s further down: %s", image_id, error)
                failures.append(error)
                continue
            # A first place that failed would fail again, and cost its timeout again.
            if store is not self._first and not failures:
                self._copy_up(image_id, file)
            return file
        for failure in failures:
            if isinstance(failure, StorageUnavailable):
                raise failure
        if failures:
            raise failures[0]
        raise UnknownImage(f"there is no original {image_id}")

    def _copy_up(self, image_id: str, file: BinaryIO) -> None:
        try:
            self._first.put(image_id, file, self._describe(file))
        except HuimagesError as error:
            # The picture is at hand all the same; the next reading tries again.
            log.warning("%s was read and not copied up: %s", image_id, error)
        else:
            log.info("copied up %s", image_id)
        file.seek(0)

    # -- writing -------------------------------------------------------------------------

    def _demand_no_other(self, image_id: str, content: BinaryIO) -> bool:
        """Whether the picture is further down already.  Raises IdCollision."""
        for store in self._further:
            try:
                if store.length(image_id) is None:
                    continue
                with store.open(image_id) as stored:
                    _prove(image_id, stored)
                    same = same_bytes(content, stored)
            except UnknownImage:
                continue
            except (StorageUnavailable, CorruptOriginal) as error:
                # Neither may keep a site from taking pictures.
                log.warning("storing %s without comparing it: %s", image_id, error)
                continue
            if not same:
                raise IdCollision(
                    f"other bytes are stored as {image_id} already; they stay, "
                    "and this picture can't be taken"
                )
            return True
        return False


def _prove(image_id: str, file: BinaryIO) -> None:
    """Raises CorruptOriginal unless the bytes are those of the ID; goes to their start."""
    if image_id_of_file(file) != image_id:
        raise CorruptOriginal(f"the bytes stored as {image_id} are not those of this picture")
    file.seek(0)
