"""Collection of the contract suites."""

import os
from pathlib import Path

import pytest

from tests.support.couch import VARIABLE

# pouchdb-server has no accounts: these tests need a real CouchDB (docs/testing.md).
collect_ignore = [] if VARIABLE in os.environ else ["test_couchdb_accounts.py"]

# pytest rewrites the asserts of test files only, unless a module is named here.
pytest.register_assert_rewrite(
    *(
        f"tests.contract.{path.stem}"
        for path in Path(__file__).parent.glob("*.py")
        if path.stem != "conftest" and not path.stem.startswith("test_")
    )
)
