"""The command `huimages`, run in the process of a test or in its own."""

from __future__ import annotations

import contextlib
import io
import logging
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from huimages_app.cli import run

COMMAND = [sys.executable, "-c", "from huimages_app.cli import main; main()"]


class Ran(NamedTuple):
    """How a command ended, and the lines it wrote."""

    status: int
    out: list[str]
    err: list[str]


def ini_of(folder: Path, settings: Mapping[str, str]) -> Path:
    """An ini file with these settings, keys without their prefix."""
    file = folder / "site.ini"
    lines = [f"huimages.{key} = {value}".replace("%", "%%") for key, value in settings.items()]
    file.write_text("\n".join(["[app:main]", "use = egg:huimages", *lines, ""]), encoding="utf-8")
    return file


def huimages(ini: Path, *words: str | Path) -> Ran:
    """The command, in this process."""
    out, err = io.StringIO(), io.StringIO()
    with logging_kept(), contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        status = run(["--config", str(ini), *map(str, words)])
    return Ran(status, out.getvalue().splitlines(), err.getvalue().splitlines())


@contextlib.contextmanager
def logging_kept() -> Iterator[None]:
    """What a command sets up of logging, as its ini file says, is undone."""
    handlers, level = logging.root.handlers[:], logging.root.level
    yield
    for handler in set(logging.root.handlers) - set(handlers):
        handler.close()
    logging.root.handlers[:] = handlers
    logging.root.setLevel(level)


def begun(ini: Path, *words: str | Path) -> subprocess.Popen[str]:
    """The command, in a process of its own that goes on."""
    return subprocess.Popen(
        [*COMMAND, "--config", str(ini), *map(str, words)],
        cwd=ini.parent,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
