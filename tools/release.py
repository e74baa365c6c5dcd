"""Build the files of a release in dist/, and try the wheel as a new user would.

    python tools/release.py CYCLONEDX PIP_AUDIT

The arguments are the programs cyclonedx-py and pip-audit, which `make release` installs.  Builds
from the committed state, twice, and fails if wheel or sdist differ in one byte.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import os
import subprocess
import sys
import tarfile
import tempfile
import venv
from collections.abc import Callable, Mapping
from pathlib import Path

from tools.first_picture import try_first_picture

ROOT = Path(__file__).parents[1]
DIST = ROOT / "dist"
LOCK = ROOT / "requirements.lock"
BUILD = "import sys; from setuptools import build_meta; build_meta.{}(sys.argv[1])"


def main(cyclonedx: str, pip_audit: str) -> None:
    """Run all steps; exits with a message at the first that fails."""
    DIST.mkdir(exist_ok=True)
    for old in DIST.iterdir():
        old.unlink()
    built = build_twice()
    for name, content in built.items():
        (DIST / name).write_bytes(content)
    wheel = next(DIST.glob("*.whl"))
    with tempfile.TemporaryDirectory() as name:
        python = environment(Path(name) / "venv", wheel)
        report(write_sbom(cyclonedx, python, wheel))
        report(audit(pip_audit, Path(name) / "audit.json"))
        report(try_first_picture(python.parent / "huimages", Path(name)))
    sums = "".join(f"{digest(path)}  {path.name}\n" for path in sorted(DIST.iterdir()))
    (DIST / "SHA256SUMS").write_text(sums, encoding="ascii")
    report(sums.rstrip())


def report(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def run(*words: str | Path, folder: Path = ROOT, environ: Mapping[str, str] = os.environ) -> str:
    """Run a program and return its output; exits with the output if it fails."""
    done = subprocess.run(  # noqa: S603 - our own programs
        [str(word) for word in words],
        cwd=folder,
        env=dict(environ),
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise SystemExit(f"{' '.join(map(str, words))}\n{done.stdout}{done.stderr}")
    return done.stdout


def build_twice() -> dict[str, bytes]:
    """Return wheel and sdist of the commit, by file name; exits if two builds differ."""
    epoch = run("git", "log", "-1", "--format=%ct").strip()
    first, second = (build(int(epoch)) for _ in range(2))
    different = [name for name in first if first[name] != second.get(name)]
    if different:
        raise SystemExit(f"two builds of the same commit differ: {', '.join(different)}")
    report(f"built twice with the same result: {', '.join(first)}")
    return first


def build(epoch: int) -> dict[str, bytes]:
    """Return wheel and sdist, built in a folder of their own."""
    built = {}
    with tempfile.TemporaryDirectory() as name:
        source, target = Path(name) / "source", Path(name) / "target"
        source.mkdir()
        archive = Path(name) / "commit.tar"
        run("git", "archive", "--output", archive, "HEAD")
        run("tar", "-xf", archive, "-C", source)
        environ = {**os.environ, "SOURCE_DATE_EPOCH": str(epoch)}
        steps: dict[str, Callable[[Path], bytes]] = {
            "build_sdist": lambda path: normalized(path.read_bytes(), epoch),
            "build_wheel": Path.read_bytes,
        }
        for step, read in steps.items():
            folder = target / step
            run(sys.executable, "-c", BUILD.format(step), folder, folder=source, environ=environ)
            [path] = folder.iterdir()
            built[path.name] = read(path)
    return built


def normalized(sdist: bytes, epoch: int) -> bytes:
    """Return the archive with one time and owner for all files, in the order of their names.

    setuptools takes times from the clock and owners from the machine.
    """
    packed, target = io.BytesIO(), io.BytesIO()
    with (
        tarfile.open(fileobj=io.BytesIO(sdist)) as source,
        tarfile.open(fileobj=packed, mode="w", format=tarfile.PAX_FORMAT) as copy,
    ):
        for member in sorted(source.getmembers(), key=lambda member: member.name):
            member.mtime, member.uid, member.gid = epoch, 0, 0
            member.uname = member.gname = ""
            member.mode = 0o755 if member.isdir() or member.mode & 0o100 else 0o644
            member.pax_headers = {}
            copy.addfile(member, source.extractfile(member) if member.isfile() else None)
    with gzip.GzipFile(filename="", fileobj=target, mode="wb", mtime=epoch) as file:
        file.write(packed.getvalue())
    return target.getvalue()


def environment(folder: Path, wheel: Path) -> Path:
    """Return the interpreter of a fresh environment with the locked packages and the wheel."""
    venv.create(folder, with_pip=False, symlinks=True)
    python = folder / "bin" / "python"
    pip = (sys.executable, "-m", "pip", "--python", python, "--disable-pip-version-check")
    run(*pip, "install", "--quiet", "--no-deps", "--require-hashes", "--requirement", LOCK)
    run(*pip, "install", "--quiet", "--no-deps", "--no-index", wheel)
    return python


def write_sbom(cyclonedx: str, python: Path, wheel: Path) -> str:
    """Write the CycloneDX list of what is in the environment; return a line about it."""
    path = DIST / f"{wheel.name.split('-py3')[0]}.cdx.json"
    run(
        *(cyclonedx, "environment", "--output-reproducible", "--output-format", "JSON"),
        *("--output-file", path, python),
    )
    count = len(json.loads(path.read_text(encoding="utf-8"))["components"])
    return f"{path.name}: {count} components"


def audit(pip_audit: str, result: Path) -> str:
    """Look for known vulnerabilities of the locked packages; exits if there are any."""
    done = subprocess.run(  # noqa: S603 - our own program
        [
            *(pip_audit, "--requirement", str(LOCK), "--no-deps", "--disable-pip"),
            *("--require-hashes", "--format", "json", "--output", str(result)),
            *("--progress-spinner", "off", "--timeout", "15"),
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    if not result.exists() or not result.read_text(encoding="utf-8").strip():
        lines = done.stderr.strip().splitlines() or ["no message"]
        return f"pip-audit: NOT DONE, its service does not respond: {lines[-1]}"
    packages = json.loads(result.read_text(encoding="utf-8"))["dependencies"]
    found = [
        f"{package['name']} {package['version']}: {vulnerability['id']}"
        for package in packages
        for vulnerability in package.get("vulns", [])
    ]
    if found:
        raise SystemExit("pip-audit found vulnerabilities:\n" + "\n".join(found))
    return f"pip-audit: no known vulnerability in {len(packages)} packages"


if __name__ == "__main__":
    main(*sys.argv[1:])
