"""What to do about a service that a test needs and this machine has not."""

from __future__ import annotations

import os
from typing import NoReturn

import pytest


def missing(what: str) -> NoReturn:
    """A skip that says what to install; where CI=true a failure, so that nothing goes untested."""
    if os.environ.get("CI") == "true":
        pytest.fail(what)
    pytest.skip(what)
