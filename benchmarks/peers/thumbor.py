"""thumbor, with one process per core, as its manual advises."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from . import INSTALLED, NotInstalled, Server, box, output_of, started

_BIN = INSTALLED / "thumbor" / "bin"


@contextmanager
def thumbor(pictures: Path, folder: Path) -> Iterator[Server]:
    """Run thumbor with originals from a folder and without a cache."""
    if not (_BIN / "thumbor").exists():
        raise NotInstalled("thumbor is not installed")
    folder.mkdir(parents=True, exist_ok=True)
    settings = folder / "thumbor.conf"
    settings.write_text(
        f"LOADER = 'thumbor.loaders.file_loader'\nFILE_LOADER_ROOT_PATH = {str(pictures)!r}\n"
        "STORAGE = 'thumbor.storages.no_storage'\nALLOW_UNSAFE_URL = True\n"
        "QUALITY = 80\nAUTO_WEBP = False\n"
    )
    with started(
        "thumbor",
        _version(),
        lambda port: [
            _BIN / "thumbor",
            "--ip=127.0.0.1",
            f"--port={port}",
            f"--conf={settings}",
            f"--processes={os.cpu_count()}",
        ],
        lambda original, size: (
            f"/unsafe/{'' if size.crop else 'fit-in/'}{box(size)}/{original.path.name}"
        ),
        folder,
    ) as server:
        yield server


def _version() -> str:
    return output_of(_BIN / "python", "-c", "import thumbor; print(thumbor.__version__)")
