"""sharp behind a minimal server, and ipx, both on Node.js."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from benchmarks.originals import Original
from huimages_app.domain.sizes import Size

from . import INSTALLED, NotInstalled, PathOf, Server, box, output_of, program, started

_FOLDER = INSTALLED / "node"


@contextmanager
def sharp(pictures: Path, folder: Path) -> Iterator[Server]:
    """Run sharp, the usual binding of libvips for Node.js."""
    with _server("sharp", pictures, folder, _sharp_path) as server:
        yield server


@contextmanager
def sharp_cached(pictures: Path, folder: Path) -> Iterator[Server]:
    """Run the same server with a cache in its memory."""
    with _server("sharp", pictures, folder, _sharp_path, "cached") as server:
        yield replace(server, name="sharp from its cache")


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


def _sharp_path(original: Original, size: Size) -> str:
    return f"/{box(size)}{'!' * size.crop}/{original.path.name}"


@contextmanager
def _server(
    name: str, pictures: Path, folder: Path, path: PathOf, *options: str
) -> Iterator[Server]:
    package = _FOLDER / "node_modules" / name / "package.json"
    if not package.exists():
        raise NotInstalled(f"{name} is not installed")
    node = program("node")
    version = f"{json.loads(package.read_text())['version']}, node {output_of(node, '--version')}"
    script = _FOLDER / f"{name}_server.mjs"
    with started(
        name, version, lambda port: [node, script, str(port), pictures, *options], path, folder
    ) as server:
        yield server
