"""Collection of the contract suites."""

import os

import pytest

from tests.support.couch import VARIABLE

# pouchdb-server has no accounts: these tests need a real CouchDB (docs/testing.md).
collect_ignore = [] if VARIABLE in os.environ else ["test_couchdb_accounts.py"]

# pytest rewrites the asserts of test files only, unless a module is named here.
pytest.register_assert_rewrite(
    "tests.contract.samples",
    "tests.contract.documents",
    "tests.contract.originals",
    "tests.contract.originals_concurrency",
    "tests.contract.originals_samples",
    *(
        f"tests.contract.metadata_{part}"
        for part in [
            "images",
            "pages",
            "search",
            "inner_search",
            "annotations",
            "articles",
            "changes",
            "concurrency",
            "down",
        ]
    ),
)
