"""`make test` holds the coverage limit for all tests, and not for a selection of them."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

from tests.support.missing import missing

CHECKOUT = Path(__file__).resolve().parents[2]


def pytest_command(*arguments: str) -> str:
    """Return the last command that `make test` would run."""
    make = shutil.which("make")
    if make is None:
        missing("make is not there: apt-get install make")
    done = subprocess.run(
        [make, "--dry-run", "test", *arguments],
        cwd=CHECKOUT,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    return done.stdout.splitlines()[-1]


def test_make_test_measures_coverage_of_all_tests() -> None:
    assert "--cov" in pytest_command().split()


def test_make_test_with_args_measures_no_coverage() -> None:
    command = pytest_command("ARGS=tests/contract").split()
    assert command[-1] == "tests/contract"
    assert "--cov" not in command
