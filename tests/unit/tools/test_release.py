"""Steps of a release that need no build: the normalized sdist, and the result of pip-audit."""

from __future__ import annotations

import io
import json
import tarfile
from pathlib import Path

import pytest

from tools import release

EPOCH = 1_700_000_000


def sdist(*names: str, mtime: int, owner: str) -> bytes:
    """Return an archive as setuptools makes it: times and owners of the machine."""
    target = io.BytesIO()
    with tarfile.open(fileobj=target, mode="w:gz") as archive:
        for name in names:
            member = tarfile.TarInfo(name)
            member.size, member.mtime, member.uname, member.uid = 4, mtime, owner, mtime % 1000
            member.mode = 0o755 if name.endswith(".sh") else 0o664
            archive.addfile(member, io.BytesIO(b"text"))
    return target.getvalue()


def test_sdists_of_two_machines_become_the_same() -> None:
    one = sdist("a/b.py", "a/run.sh", mtime=1_800_000_001, owner="vera")
    other = sdist("a/run.sh", "a/b.py", mtime=1_800_000_999, owner="root")
    assert one != other
    assert release.normalized(one, EPOCH) == release.normalized(other, EPOCH)


def test_normalized_sdist_has_the_same_contents_and_may_run_scripts() -> None:
    packed = release.normalized(sdist("a/run.sh", "a/b.py", mtime=1, owner="vera"), EPOCH)
    with tarfile.open(fileobj=io.BytesIO(packed)) as archive:
        modes = {member.name: (member.mode, member.mtime) for member in archive.getmembers()}
        assert modes == {"a/b.py": (0o644, EPOCH), "a/run.sh": (0o755, EPOCH)}
        content = archive.extractfile("a/b.py")
        assert content is not None
        assert content.read() == b"text"


def program(folder: Path, script: str) -> str:
    """Return a program in place of pip-audit; the file of its result is $RESULT."""
    path = folder / "pip-audit"
    result = 'while [ "$1" != --output ]; do shift; done; RESULT=$2'
    path.write_text(f"#!/bin/sh\n{result}\n{script}\n")
    path.chmod(0o755)
    return str(path)


def report(*vulnerabilities: str) -> str:
    package = {
        "name": "pillow",
        "version": "1.0",
        "vulns": [{"id": id_} for id_ in vulnerabilities],
    }
    return json.dumps({"dependencies": [package], "fixes": []})


def test_audit_without_vulnerability_counts_packages(tmp_path: Path) -> None:
    audit = program(tmp_path, f"echo '{report()}' > $RESULT")
    line = release.audit(audit, tmp_path / "result.json")
    assert line == "pip-audit: no known vulnerability in 1 packages"


def test_audit_with_vulnerability_stops_the_release(tmp_path: Path) -> None:
    audit = program(tmp_path, f"echo '{report('PYSEC-1')}' > $RESULT; exit 1")
    with pytest.raises(SystemExit, match=r"pillow 1\.0: PYSEC-1"):
        release.audit(audit, tmp_path / "result.json")


def test_audit_without_service_reports_that(tmp_path: Path) -> None:
    audit = program(tmp_path, "echo 'Traceback' >&2; echo 'no connection to pypi.org' >&2; exit 1")
    line = release.audit(audit, tmp_path / "result.json")
    assert line == ("pip-audit: NOT DONE, its service does not respond: no connection to pypi.org")
