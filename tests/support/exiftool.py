"""Files with embedded metadata, written and read by exiftool."""

from __future__ import annotations

import atexit
import functools
import json
import subprocess
import tempfile
from pathlib import Path
from typing import Any

from .missing import find_program, missing


def with_tags(picture: bytes, extension: str, *tags: str, charset: str = "utf8") -> bytes:
    """Return the picture with tags, given as exiftool's arguments: `-XMP-dc:Title=Harbour`."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, f"picture.{extension}")
        path.write_bytes(picture)
        _run("-overwrite_original", f"-charset=iptc={charset}", "-m", *tags, str(path))
        return path.read_bytes()


def tags_of(picture: bytes, extension: str) -> dict[str, Any]:
    """Return all tags that exiftool finds, by `Group:Name`, without those about the file."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, f"picture.{extension}")
        path.write_bytes(picture)
        [tags] = json.loads(_run("-json", "-G1", "-a", "-struct", str(path)))
    return {k: v for k, v in tags.items() if k.partition(":")[0] not in {"System", "File"}}


@functools.cache
def _process() -> subprocess.Popen[str]:
    """Start one exiftool for all tests: a start takes 0.2 seconds of CPU, a file 0.01."""
    program = find_program("exiftool")
    if program is None:
        missing("exiftool is missing: apt-get install libimage-exiftool-perl")
    process = subprocess.Popen(
        [program, "-stay_open", "True", "-@", "-"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    atexit.register(process.communicate, "-stay_open\nFalse\n", timeout=60)
    return process


def _run(*arguments: str) -> str:
    process = _process()
    assert process.stdin is not None
    assert process.stdout is not None
    # A line that begins with #[CSTR] has the escapes of C, so that arguments may have line breaks.
    escaped = (argument.replace("\\", "\\\\").replace("\n", "\\n") for argument in arguments)
    lines = [f"#[CSTR]{argument}" for argument in escaped]
    # exiftool writes the exit status after the output, and then a line {ready}.
    process.stdin.write("\n".join([*lines, "-echo3", "status ${status}", "-execute", ""]))
    process.stdin.flush()
    output = list(iter(process.stdout.readline, "{ready}\n"))
    assert output.pop() == "status 0\n", "".join(output)
    return "".join(output)
