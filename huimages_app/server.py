"""The server that `pserve` starts: waitress, with a one-line error if it cannot listen."""

from __future__ import annotations

import errno
import sys
from typing import TYPE_CHECKING

import waitress

if TYPE_CHECKING:
    from wsgiref.types import WSGIApplication

_CANNOT_LISTEN = {errno.EADDRINUSE, errno.EADDRNOTAVAIL, errno.EACCES}


def serve(app: WSGIApplication, global_config: dict[str, str], **options: str) -> int:
    """Serve `app`; `options` are the keys of the [server:…] section.  Return the exit status."""
    try:
        waitress.serve(app, **options)
    except OSError as error:
        if error.errno not in _CANNOT_LISTEN:
            raise
        where = options.get("listen") or f"port {options.get('port', '8080')}"
        line = (
            f"huimages: cannot listen on {where}: {error.strerror}; stop the other process "
            "or change 'listen' in the ini file\n"
        )
        # pserve turns SystemExit into status 0.  An exception keeps status 1, and systemd restarts.
        sys.excepthook = lambda *_: sys.stderr.write(line)
        raise
    return 0
