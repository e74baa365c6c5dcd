"""The services of this process: created on first use, and again after a fork."""

from __future__ import annotations

import os
import threading
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ..services.container import Services


class _Process:
    """The services of this process, and the ini file of their settings."""

    def __init__(self) -> None:
        self._ini: Path | None = None
        self._services: Services | None = None
        self._lock = threading.Lock()
        # Services of the parent process.  They are kept and never used or closed, because
        # their connections belong to the parent.
        self._inherited: list[Services] = []
        os.register_at_fork(after_in_child=self._after_fork)

    def configure(self, ini: Path | None) -> None:
        """Close the services; the next ones use the settings of `ini`."""
        with self._lock:
            previous, self._services, self._ini = self._services, None, ini
        if previous is not None:
            previous.close()

    def services(self) -> Services:
        """Return the services; raises BadSetting, StorageUnavailable."""
        with self._lock:
            if self._services is None:
                from ..config.loading import read_settings
                from ..factory import build_services
                from ..services.keys import with_secret

                self._services = build_services(with_secret(read_settings(self._ini)))
            return self._services

    def _after_fork(self) -> None:
        # Another thread of the parent may have held the lock during the fork.
        self._lock = threading.Lock()
        if self._services is not None:
            self._inherited.append(self._services)
            self._services = None


_process = _Process()


def configure(ini: str | os.PathLike[str] | None) -> None:
    """Use the settings of an ini file from now on; those of the environment if None."""
    _process.configure(None if ini is None else Path(ini))


def services_of_process() -> Services:
    """Return the services, created on the first call.  Raises BadSetting, StorageUnavailable."""
    return _process.services()
