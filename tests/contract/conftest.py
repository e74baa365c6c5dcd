"""What the suites of this folder need before they are imported."""

import os

import pytest

from tests.support.couch import VARIABLE

# pouchdb-server knows no accounts: these are about a CouchDB that is named (docs/testing.md).
collect_ignore = [] if VARIABLE in os.environ else ["test_couchdb_accounts.py"]

# Asserts inside the suites explain themselves as those of test files do.
pytest.register_assert_rewrite(
    "tests.contract.samples",
    "tests.contract.documents",
    "tests.contract.originals",
    *(
        f"tests.contract.metadata_{part}"
        for part in [
            "images",
            "pages",
            "search",
            "inner_search",
            "marks",
            "changes",
            "concurrency",
            "down",
        ]
    ),
)
