"""Where the audit log goes: a file, whose folder need not be there before the first line."""

from __future__ import annotations

from io import TextIOWrapper
from logging.handlers import WatchedFileHandler
from pathlib import Path


class AuditFile(WatchedFileHandler):
    """Opened with the first line, and anew when logrotate has moved it; for its owner only."""

    def __init__(self, filename: str) -> None:
        super().__init__(filename, encoding="ascii", delay=True)

    def _open(self) -> TextIOWrapper:
        path = Path(self.baseFilename)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
        return super()._open()
