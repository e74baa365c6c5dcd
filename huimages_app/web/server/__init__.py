"""The server: waitress with additions for production, in one process or in several.

- With `huimages.workers` it forks worker processes, which share the listening sockets:
  `supervisor`.
- SIGTERM and SIGINT stop it without failing a request: it stops listening, completes the current
  requests, sends `Connection: close` with their responses, and waits until the web server in front
  has closed its idle connections.
- Large bodies are accepted where uploads are, elsewhere at most `SMALL_BODY` bytes.
- If descriptors or the disk run out, it pauses and returns 503.  Waitress would log a traceback
  for each of thousands of attempts per second, and close connections without a response.

An ini file names it as `paste.server_runner = huimages_app.web.server:serve`; it takes the options
of waitress.
"""

from __future__ import annotations

import errno
import logging
import sys
from typing import Any

from .process import DRAIN_SECONDS, IDLE_SECONDS, SMALL_BODY
from .service import Service

__all__ = ["DRAIN_SECONDS", "IDLE_SECONDS", "SMALL_BODY", "Service", "serve"]

_CANNOT_LISTEN = {errno.EADDRINUSE, errno.EADDRNOTAVAIL, errno.EACCES}


def serve(app: Any, global_config: dict[str, str] | None = None, **options: str) -> int:
    """Serve a WSGI application until SIGTERM or SIGINT; return 0.

    If it cannot listen, it prints one line, and the exit status is 1.
    """
    logging.basicConfig()  # does nothing where the ini file has configured logging
    try:
        Service(app, options).run()
    except OSError as error:
        if error.errno in _CANNOT_LISTEN:
            _set_one_line_report(options, error)
        raise
    return 0


def _set_one_line_report(options: dict[str, str], error: OSError) -> None:
    where = options.get("listen") or f"port {options.get('port', '8080')}"
    line = (
        f"huimages: cannot listen on {where}: {error.strerror}; stop the other process "
        "or change 'listen' in the ini file\n"
    )
    # pserve turns SystemExit into status 0.  An exception keeps status 1, and systemd restarts.
    sys.excepthook = lambda *_: sys.stderr.write(line)
