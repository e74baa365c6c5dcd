"""Programs and services that tests need, and that may not be installed."""

from __future__ import annotations

import os
import shutil
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import NoReturn

import pytest

_PREFIX = "Skipped: "


def missing(what: str) -> NoReturn:
    """Skip the test with a reason that says what to install; fail it where CI=true."""
    if os.environ.get("CI") == "true":
        pytest.fail(what)
    pytest.skip(what)


def find_program(name: str) -> str | None:
    """Return the path of a program, or None.

    The PATH of a Debian user has no `sbin` folders, in which nginx and lighttpd are.
    """
    folders = os.environ.get("PATH", os.defpath).split(os.pathsep)
    beside = [str(Path(folder).with_name("sbin")) for folder in folders if folder.endswith("/bin")]
    return shutil.which(name, path=os.pathsep.join([*folders, *beside]))


def skip_summary(reports: Iterable[pytest.TestReport | pytest.CollectReport]) -> str:
    """Return one line that counts skipped tests by reason, the most frequent first."""
    counts = Counter(_reason(report) for report in reports)
    if not counts:
        return "no test was skipped"
    parts = [f"{count} because {reason}" for reason, count in counts.most_common()]
    return f"skipped {counts.total()}: {'; '.join(parts)}"


def _reason(report: pytest.TestReport | pytest.CollectReport) -> str:
    if isinstance(report.longrepr, tuple):
        return report.longrepr[2].removeprefix(_PREFIX)
    return str(report.longrepr)
