"""The Makefile's targets for tests: coverage limit, missing programs."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.missing import find_program, missing

CHECKOUT = Path(__file__).resolve().parents[2]
# The environment that runs the tests, which is not always .venv.
EXISTING = (f"BIN={Path(sys.executable).parent}", "--old-file=.venv/dev.stamp")
# Has make believe that the programs from npm are out of date.
NPM_NEEDED = "--what-if=tests/support/axe/package.json"
# Tests that need programs, and one that needs none.
SAMPLE = """
import pytest
from tests.support.edge import edge

def test_couchdb(couchdb_url): ...
def test_browser(real_browser): ...
def test_nothing(): ...

@pytest.mark.parametrize("kind", ["nginx", "lighttpd", "nginx"])
def test_web_server(kind, tmp_path):
    with edge(kind, tmp_path):
        ...
"""


def make(
    *arguments: str, path: str = os.environ["PATH"], **environ: str
) -> subprocess.CompletedProcess[str]:
    """Run make with no other PATH and neither CI nor a CouchDB in the environment."""
    program = find_program("make")
    if program is None:
        missing("make is missing: apt-get install make")
    without = {"CI", "HUIMAGES_TEST_COUCHDB_URL", "PYTEST_ADDOPTS"}
    without |= {"ARGS", "MAKEFLAGS", "MAKELEVEL", "MFLAGS"}  # set if make runs this test
    kept = {name: value for name, value in os.environ.items() if name not in without}
    return subprocess.run(
        [program, *EXISTING, *arguments],
        cwd=CHECKOUT,
        env={**kept, "PATH": path, **environ},
        capture_output=True,
        text=True,
        check=False,
    )


def dry_run(*arguments: str, **environ: str) -> list[str]:
    """Return the commands that make would run."""
    done = make("--dry-run", *arguments, **environ)
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


@pytest.fixture
def bare_path(tmp_path: Path) -> str:
    """A PATH on which there is nothing but a shell: no npm, node, nginx, lighttpd, chromium."""
    (tmp_path / "sh").symlink_to("/bin/sh")
    return str(tmp_path)


def test_make_coverage_runs_all_tests_and_measures_them() -> None:
    command = dry_run("coverage")[-1]
    assert "--cov" in command.split()
    assert "slow" not in command


def test_make_test_leaves_slow_tests_out() -> None:
    assert dry_run("test")[-1].endswith('-m "not slow"')


def test_make_test_with_args_runs_all_that_they_select() -> None:
    command = dry_run("test", "ARGS=tests/contract")[-1].split()
    assert command[-1] == "tests/contract"
    assert "slow" not in " ".join(command)


def test_make_unit_selects_unit_tests_and_needs_no_npm() -> None:
    [command] = dry_run("unit", NPM_NEEDED)
    assert command.endswith('-m "not slow" tests/unit')


def test_make_test_without_npm_installs_no_services(bare_path: str) -> None:
    assert "npm ci" not in "\n".join(dry_run("test", NPM_NEEDED, path=bare_path))


def test_make_test_on_ci_without_npm_installs_services(bare_path: str) -> None:
    assert "npm ci" in "\n".join(dry_run("test", NPM_NEEDED, path=bare_path, CI="true"))


def test_make_services_without_npm_names_the_package(bare_path: str) -> None:
    done = make("services", NPM_NEEDED, path=bare_path)
    assert done.returncode != 0
    assert "npm is missing: apt-get install npm" in done.stdout.splitlines()


@pytest.fixture
def sample(tmp_path: Path) -> str:
    """ARGS that select the sample, in one process and with the fixtures of all tests."""
    (tmp_path / "test_sample.py").write_text(SAMPLE)
    options = "-n 0 -p no:cacheprovider -p tests.conftest -c pyproject.toml"
    return f"ARGS={options} {tmp_path}"


@pytest.mark.slow
def test_make_test_without_programs_passes_and_counts_skips_by_reason(
    bare_path: str, sample: str
) -> None:
    done = make("test", sample, path=bare_path, PYTHONPATH=str(CHECKOUT))
    assert done.returncode == 0, done.stdout + done.stderr
    *_, summary, skips = done.stdout.splitlines()
    assert "1 passed, 5 skipped" in summary
    assert skips == (
        "skipped 5: 2 because nginx is missing: apt-get install nginx; "
        "1 because pouchdb-server is missing: make services (needs npm), "
        "or set HUIMAGES_TEST_COUCHDB_URL; "
        "1 because chromium is missing: apt-get install chromium; "
        "1 because lighttpd is missing: apt-get install lighttpd"
    )


@pytest.mark.slow
def test_make_test_on_ci_without_programs_fails(bare_path: str, sample: str) -> None:
    done = make("test", f"{sample} -k browser", path=bare_path, PYTHONPATH=str(CHECKOUT), CI="true")
    assert done.returncode != 0
    assert "chromium is missing: apt-get install chromium" in done.stdout
