"""A podman of its own in a scratch folder: images, containers, networks and settings."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

# Without systemd as the first process: no cgroup manager, no journal, lower limits.
SETTINGS = """
[containers]
log_driver = "k8s-file"
default_ulimits = ["nofile=4096:4096", "nproc=4096:4096"]
[network]
network_backend = "netavark"
network_config_dir = "{folder}/networks"
[engine]
cgroup_manager = "cgroupfs"
events_logger = "file"
runtime = "runc"
"""
WRAPPER = """#!/bin/sh
exec {program} --root {folder}/store --runroot {folder}/run "$@"
"""


class Podman:
    """Runs podman and other programs with this podman first in their PATH."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        program = shutil.which("podman")
        assert program is not None
        (folder / "bin").mkdir()
        (folder / "networks").mkdir()
        wrapper = folder / "bin" / "podman"
        wrapper.write_text(WRAPPER.format(program=program, folder=folder))
        wrapper.chmod(0o755)
        settings = folder / "containers.conf"
        settings.write_text(SETTINGS.format(folder=folder))
        self.environ = {
            **{name: text for name, text in os.environ.items() if not name.startswith("HUIMAGES")},
            "CONTAINERS_CONF": str(settings),
            "PATH": f"{wrapper.parent}:{os.environ['PATH']}",
        }

    def __call__(self, *words: str | Path, text: str = "", check: bool = True) -> str:
        """Run `podman WORDS`, with `text` as its input; return its output."""
        return self.run("podman", *words, text=text, check=check)

    def run(
        self, *words: str | Path, text: str = "", check: bool = True, folder: Path | None = None
    ) -> str:
        """Run a program; raises SystemExit with its output if it fails."""
        done = subprocess.run(
            [str(word) for word in words],
            env=self.environ,
            cwd=folder,
            input=text,
            capture_output=True,
            text=True,
            check=False,
        )
        if check and done.returncode:
            raise SystemExit(f"{' '.join(map(str, words))}\n{done.stdout}{done.stderr}")
        return done.stdout.strip()


@contextmanager
def podman_of_its_own() -> Iterator[Podman]:
    """Yield a podman without images; remove all that it made at the end."""
    folder = Path(tempfile.mkdtemp(prefix="huimages-containers-"))
    podman = Podman(folder)
    try:
        yield podman
    finally:
        podman("rm", "--all", "--force", "--time", "1", check=False)
        podman("network", "prune", "--force", check=False)
        podman("rmi", "--all", "--force", check=False)
        # podman mounts the folder of its layers on itself.
        podman.run("umount", folder / "store/overlay", check=False)
        shutil.rmtree(folder)
