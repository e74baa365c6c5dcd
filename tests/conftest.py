"""What holds for all tests."""

import os
from pathlib import Path

from hypothesis import settings

from tests.support.chromium import real_browser
from tests.support.couch import couchdb_site, couchdb_url

__all__ = ["couchdb_site", "couchdb_url", "real_browser"]

# How long an example takes says something about the machine, nothing about the program.
settings.register_profile("project", deadline=None)
settings.load_profile("project")

# Chameleon compiles a template again for each application, which took most of the tests' time.
# It looks for this when it is imported, and names what it keeps after the template's content.
compiled = Path(__file__).parents[1] / ".pytest_cache" / "templates"
compiled.mkdir(parents=True, exist_ok=True)
os.environ.setdefault("CHAMELEON_CACHE", str(compiled))
