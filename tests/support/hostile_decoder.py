"""A fork server whose workers act like a decoder that a hostile picture controls.

`inspect` performs the action named in the file, and reports what the sandbox forbids as NotAnImage.
"""

from __future__ import annotations

import ctypes
import os
import socket
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, BinaryIO

from huimages_app.domain.embedded import Embedded
from huimages_app.errors import NotAnImage
from huimages_app.imaging import Inspection
from huimages_app.imaging.isolation import fork_server, worker

FACTS = Inspection(
    contenttype="text/html",
    extension="html",
    width=1,
    height=1,
    stored_width=1,
    stored_height=1,
    frames=1,
    placeholder="#000000",
    thumbhash="",
    embedded=Embedded(),
    content=(0.0, 0.0, 1.0, 1.0),
    backdrop="",
    phash="0000000000000000",
)


def _spin() -> None:
    while True:
        pass


def _fill_descriptors() -> None:
    copies: list[int] = []
    try:
        while True:
            copies.append(os.dup(0))
    finally:
        for copy in copies:
            os.close(copy)


ACTIONS: dict[str, Callable[[], object]] = {
    "segfault": lambda: ctypes.string_at(0),
    "abort": os.abort,
    "exit": lambda: os._exit(0),
    "sleep": lambda: time.sleep(600),
    "spin": _spin,
    "memory": lambda: bytes(8 << 30),
    "bug": lambda: 1 // 0,
    "facts": lambda: FACTS,
    "wrong type": lambda: {"width": 1},
    "socket": socket.socket,
    "unix socket": lambda: socket.socket(socket.AF_UNIX),
    "write": lambda: Path("/tmp/huimages-hostile").write_text("x"),
    "write to the package": lambda: Path(worker.__file__).open("a"),  # noqa: SIM115
    "remove": lambda: Path(os.environ["PYTHON_VICTIM"]).unlink(),
    "read": lambda: Path(os.environ["PYTHON_VICTIM"]).read_text(),
    "fork": os.fork,
    "execute": lambda: os.execv("/bin/true", ["true"]),
    "kill the server": lambda: os.kill(os.getppid(), 9),
    "descriptors": _fill_descriptors,
}


def _act(original: BinaryIO, targets: Sequence[int], budget: Any, **arguments: Any) -> object:
    action = original.read().decode()
    try:
        return ACTIONS[action]()
    except OSError as error:
        raise NotAnImage(f"{action}: {error.strerror}") from None


def _render(original: BinaryIO, targets: Sequence[int], budget: Any, **arguments: Any) -> object:
    os.write(targets[0], original.read())
    return (1, 1)


if __name__ == "__main__":
    fork_server.main(sys.argv[1:], {"inspect": _act, "render": _render})
