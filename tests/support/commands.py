"""Run the command `huimages` in the process of a test, or in its own."""

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
    """The exit status of a command and the lines it wrote."""

    status: int
    out: list[str]
    err: list[str]


def ini_of(folder: Path, settings: Mapping[str, str]) -> Path:
    """Write an ini file with these settings, keys without their prefix; return its path."""
    file = folder / "site.ini"
    lines = [f"huimages.{key} = {value}".replace("%", "%%") for key, value in settings.items()]
    file.write_text("\n".join(["[app:main]", "use = egg:huimages", *lines, ""]), encoding="utf-8")
    return file


def huimages(ini: Path, *words: str | Path) -> Ran:
    """Run the command in this process."""
    out, err = io.StringIO(), io.StringIO()
    with logging_kept(), contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        status = run(["--config", str(ini), *map(str, words)])
    return Ran(status, out.getvalue().splitlines(), err.getvalue().splitlines())


@contextlib.contextmanager
def logging_kept() -> Iterator[None]:
    """Undo the configuration of logging that a command reads from its ini file."""
    handlers, level = logging.root.handlers[:], logging.root.level
    yield
    for handler in set(logging.root.handlers) - set(handlers):
        handler.close()
    logging.root.handlers[:] = handlers
    logging.root.setLevel(level)


def begun(ini: Path, *words: str | Path) -> subprocess.Popen[str]:
    """Start the command in a process of its own, and return while it runs."""
    return subprocess.Popen(
        [*COMMAND, "--config", str(ini), *map(str, words)],
        cwd=ini.parent,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
