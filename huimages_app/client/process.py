"""The library of this process: made late, and made anew after a fork."""

from __future__ import annotations

import os
import threading
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ..services import Library


class _Process:
    """What this process has made: its library, and from which ini file."""

    def __init__(self) -> None:
        self._ini: Path | None = None
        self._library: Library | None = None
        self._lock = threading.Lock()
        # Libraries of the process this one was forked from.  They are kept and never
        # touched again, not even closed: their connections are the parent's.
        self._inherited: list[Library] = []
        os.register_at_fork(after_in_child=self._forget_parent)

    def configure(self, ini: Path | None) -> None:
        """Forget the library; make the next one from that file."""
        with self._lock:
            former, self._library, self._ini = self._library, None, ini
        if former is not None:
            former.close()

    def library(self) -> Library:
        """The library; raises BadSetting, StoreDown."""
        with self._lock:
            if self._library is None:
                from ..config.loading import read_settings
                from ..factory import make_library, with_secret

                self._library = make_library(with_secret(read_settings(self._ini)))
            return self._library

    def _forget_parent(self) -> None:
        # Another thread of the parent may have held the lock.
        self._lock = threading.Lock()
        if self._library is not None:
            self._inherited.append(self._library)
            self._library = None


_process = _Process()


def configure(ini: str | os.PathLike[str] | None) -> None:
    """Work with the settings of an ini file from now on; with the environment's if None."""
    _process.configure(None if ini is None else Path(ini))


def library_of_process() -> Library:
    """The library; made on the first call of a process.  Raises BadSetting, StoreDown."""
    return _process.library()
