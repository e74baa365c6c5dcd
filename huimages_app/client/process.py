"""The library of this process: made late, and made anew after a fork."""

from __future__ import annotations

import os
import threading
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ..services.container import Services


class _Process:
    """What this process has made: its library, and from which ini file."""

    def __init__(self) -> None:
        self._ini: Path | None = None
        self._services: Services | None = None
        self._lock = threading.Lock()
        # Libraries of the process this one was forked from.  They are kept and never
        # touched again, not even closed: their connections are the parent's.
        self._inherited: list[Services] = []
        os.register_at_fork(after_in_child=self._forget_parent)

    def configure(self, ini: Path | None) -> None:
        """Forget the library; make the next one from that file."""
        with self._lock:
            former, self._services, self._ini = self._services, None, ini
        if former is not None:
            former.close()

    def services(self) -> Services:
        """The library; raises BadSetting, StorageUnavailable."""
        with self._lock:
            if self._services is None:
                from ..config.loading import read_settings
                from ..factory import build_services, with_secret

                self._services = build_services(with_secret(read_settings(self._ini)))
            return self._services

    def _forget_parent(self) -> None:
        # Another thread of the parent may have held the lock.
        self._lock = threading.Lock()
        if self._services is not None:
            self._inherited.append(self._services)
            self._services = None


_process = _Process()


def configure(ini: str | os.PathLike[str] | None) -> None:
    """Work with the settings of an ini file from now on; with the environment's if None."""
    _process.configure(None if ini is None else Path(ini))


def services_of_process() -> Services:
    """The library; made on the first call of a process.  Raises BadSetting, StorageUnavailable."""
    return _process.services()
