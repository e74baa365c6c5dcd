"""Asserts inside the suites explain themselves as those of test files do."""

import pytest

pytest.register_assert_rewrite(
    "tests.contract.samples",
    "tests.contract.records",
    "tests.contract.originals",
    *(
        f"tests.contract.metadata_{part}"
        for part in ["images", "pages", "search", "marks", "changes", "concurrency", "down"]
    ),
)
