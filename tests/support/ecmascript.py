"""Programs in JavaScript, run by Node beside the packages of pouchdb-server."""

from __future__ import annotations

import subprocess
from pathlib import Path

from .couch import PROGRAM
from .missing import find_program, missing


def javascript(program: str, stdin: str) -> str:
    """Run a program; return what it prints."""
    node = find_program("node")
    if node is None or not PROGRAM.exists():
        missing("pouchdb-server is missing: make services (needs npm)")
    result = subprocess.run(
        [node, "-e", program],
        input=stdin,
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(".services/couchdb"),
    )
    return result.stdout
