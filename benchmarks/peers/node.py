"""sharp behind a minimal server, and ipx, both on Node.js."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from . import INSTALLED, Address, NotInstalled, Server, box, program, said, started

_FOLDER = INSTALLED / "node"


@contextmanager
def sharp(pictures: Path, folder: Path) -> Iterator[Server]:
    """Run sharp, the usual binding of libvips for Node.js."""
    with _server(
        "sharp",
        pictures,
        folder,
        lambda original, size: f"/{box(size)}{'!' * size.crop}/{original.path.name}",
    ) as server:
        yield server


@contextmanager
def ipx(pictures: Path, folder: Path) -> Iterator[Server]:
    """Run ipx, the image server on top of sharp that Nuxt and Netlify use."""
    with _server(
        "ipx",
        pictures,
        folder,
        lambda original, size: (
            f"/s_{box(size)},fit_{'cover' if size.crop else 'inside'},q_80,f_jpeg/"
            f"{original.path.name}"
        ),
    ) as server:
        yield server


@contextmanager
def _server(name: str, pictures: Path, folder: Path, path: Address) -> Iterator[Server]:
    package = _FOLDER / "node_modules" / name / "package.json"
    if not package.exists():
        raise NotInstalled(f"{name} is not installed")
    node = program("node")
    version = f"{json.loads(package.read_text())['version']}, node {said(node, '--version')}"
    script = _FOLDER / f"{name}_server.mjs"
    with started(
        name, version, lambda port: [node, script, str(port), pictures], path, folder
    ) as server:
        yield server
