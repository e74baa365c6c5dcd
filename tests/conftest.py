"""Fixtures and settings of all tests."""

import os
import sys
from pathlib import Path

import pytest
from hypothesis import settings

from tests.support.chromium import real_browser
from tests.support.couch import couchdb_site, couchdb_url
from tests.support.missing import skip_summary
from tests.support.s3 import s3_store

__all__ = ["couchdb_site", "couchdb_url", "real_browser", "s3_store"]

# The time that an example takes depends on the load of the machine.
settings.register_profile("project", deadline=None)
settings.load_profile("project")

# Tests start the program in more than a hundred processes.  Where the environment forbids to write
# bytecode, as in many container images, each of them would compile every module again.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False

# Without a cache Chameleon compiles every template again for each application, which took most
# of the tests' time.  It reads the variable when it is imported; the names of its files contain a
# hash of the template.
compiled = Path(__file__).parents[1] / ".pytest_cache" / "templates"
compiled.mkdir(parents=True, exist_ok=True)
os.environ.setdefault("CHAMELEON_CACHE", str(compiled))


def pytest_configure(config: pytest.Config) -> None:
    """Name repeated tests in the summary, beside failed ones."""
    config.option.reportchars += "R"


@pytest.hookimpl(trylast=True)
def pytest_unconfigure(config: pytest.Config) -> None:
    """Count skipped tests by reason in the last line, below pytest's summary."""
    reporter = config.pluginmanager.get_plugin("terminalreporter")
    # Processes of pytest-xdist have no reporter.
    if reporter is not None and "skipped" in reporter.stats:
        reporter.write_line(skip_summary(reporter.stats["skipped"]))
