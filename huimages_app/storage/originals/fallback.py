"""Several locations of originals in order, as a site that migrates has them.

New originals are stored in the first location.  An original found in a fallback is copied
to the first location when it is first read; the others stay where they are.
"""

from __future__ import annotations

import contextlib
import heapq
import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from typing import BinaryIO

from ...domain.files import same_bytes
from ...errors import CorruptOriginal, HuimagesError, IdCollision, StorageUnavailable, UnknownImage
from ..interfaces import OriginalInfo, Originals, require_intact

log = logging.getLogger(__name__)


class FallbackOriginals(Originals):
    """Originals in `first` and, in this order, in the fallbacks `further`.

    `describe` returns the properties to store beside the bytes of a copied original.  An
    image is unknown only if every location is up and does not have it.
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
        known = self._require_no_other(image_id, content)
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
        """Delete from every location, the first one last: a fallback would bring it back."""
        for store in reversed(self._all):
            store.delete(image_id)

    def ids(self, after: str = "") -> Iterator[str]:
        last = after
        for image_id in heapq.merge(*(store.ids(after) for store in self._all)):
            if image_id != last:
                last = image_id
                yield image_id

    def check(self) -> None:
        """Raise StorageUnavailable if the first location is unavailable."""
        self._first.check()

    def setup(self) -> list[str]:
        """Create the first location: originals are only read from the fallbacks."""
        return self._first.setup()

    def close(self) -> None:
        for store in self._all:
            store.close()

    def presigned_url(self, image_id: str, *, filename: str, seconds: int) -> str | None:
        # From the first location only: `open` copies originals of the fallbacks.
        try:
            return self._first.presigned_url(image_id, filename=filename, seconds=seconds)
        except StorageUnavailable:
            return None

    # -- reading -------------------------------------------------------------------------

    @property
    def _all(self) -> tuple[Originals, ...]:
        return self._first, *self._further

    def _opened(self, image_id: str, stack: ExitStack) -> BinaryIO:
        """Open the first intact copy until the stack ends; copy it to the first location."""
        failures: list[HuimagesError] = []
        for store in self._all:
            try:
                # Closed at once if the bytes are not those of the ID.
                with ExitStack() as attempt:
                    file = attempt.enter_context(store.open(image_id))
                    if store is not self._first:
                        require_intact(image_id, file)
                    stack.push(attempt.pop_all())
            except UnknownImage:
                continue
            except (StorageUnavailable, CorruptOriginal) as error:
                log.warning(
                    "original not readable here, trying fallbacks: id=%s error=%s", image_id, error
                )
                failures.append(error)
                continue
            # If the first location has just failed, another attempt would only wait for its
            # timeout.
            if store is not self._first and not failures:
                self._copy_to_first(image_id, file)
            return file
        for failure in failures:
            if isinstance(failure, StorageUnavailable):
                raise failure
        if failures:
            raise failures[0]
        raise UnknownImage.without_original(image_id)

    def _copy_to_first(self, image_id: str, file: BinaryIO) -> None:
        try:
            self._first.put(image_id, file, self._describe(file))
        except HuimagesError as error:
            # The original was read all the same; the next read tries again.
            log.warning(
                "original not copied to the first location: id=%s error=%s", image_id, error
            )
        else:
            log.info("original copied to the first location: id=%s", image_id)
        file.seek(0)

    # -- writing -------------------------------------------------------------------------

    def _require_no_other(self, image_id: str, content: BinaryIO) -> bool:
        """Return whether a fallback has the same bytes; raises IdCollision if it has others."""
        for store in self._further:
            try:
                if store.length(image_id) is None:
                    continue
                with store.open(image_id) as stored:
                    require_intact(image_id, stored)
                    same = same_bytes(content, stored)
            except UnknownImage:
                continue
            except (StorageUnavailable, CorruptOriginal) as error:
                # Neither a fallback that is down nor a damaged copy may stop uploads.
                log.warning("original stored without comparison: id=%s error=%s", image_id, error)
                continue
            if not same:
                raise IdCollision(image_id)
            return True
        return False
