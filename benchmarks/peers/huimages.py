"""huimages as it runs in production: `pserve`, production.ini, signatures and limits on.

Only the storage differs: originals are files, as for the other servers.
"""

from __future__ import annotations

import io
import os
import platform
import shutil
import sys
from collections.abc import Iterator
from configparser import RawConfigParser
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path

from benchmarks.originals import Original
from huimages_app.cache.file_names import PREVIEW_PREFIX
from huimages_app.config.loading import read_settings
from huimages_app.domain.formats import JPEG, Format
from huimages_app.domain.sizes import Size
from huimages_app.factory import build_services
from huimages_app.services.container import Services

from . import CHECKOUT, Server, started

_SECRET = "only used by the comparison with others"


@dataclass
class Site:
    """A site in a folder, and the ID of each original."""

    folder: Path
    ids: dict[Path, str] = field(default_factory=dict)

    def ini(self, name: str, *, chain: str = "off", port: int = 0, sizes: str = "") -> Path:
        """Write an ini file; each name has its own cache."""
        self.folder.mkdir(parents=True, exist_ok=True)
        file = self.folder / f"{name}.ini"
        ini = RawConfigParser()
        ini.read(CHECKOUT / "production.ini")
        kept = {
            "originals": "files",
            "originals.path": self.folder / "originals",
            "originals.fallbacks": "",
            "metadata": "sqlite",
            "metadata.path": self.folder / "metadata.sqlite",
            "cache.path": self.cache(name),
            "var": self.folder / "var",
            "image_url": "",
            "secret": _SECRET,
            "chain": chain,
            "upload.sizes": sizes,
        }
        for key, value in kept.items():
            ini["app:main"][f"huimages.{key}"] = str(value)
        ini["server:main"]["listen"] = f"127.0.0.1:{port}"
        with file.open("w") as target:
            ini.write(target)
        return file

    def cache(self, name: str) -> Path:
        """Return the cache folder of that name."""
        return self.folder / f"cache-{name}"

    def forget(self, name: str) -> None:
        """Remove the renditions; copies made after an upload stay."""
        for path in self.cache(name).glob("*/*/*"):
            if not path.name.startswith(PREVIEW_PREFIX):
                path.unlink()

    def services(self, name: str, *, chain: str = "off", sizes: str = "") -> Services:
        return build_services(read_settings(self.ini(name, chain=chain, sizes=sizes), {}))

    def add(self, services: Services, original: Original) -> str:
        """Do the work of an upload; with a chain, copies are made in the background."""
        content = io.BytesIO(original.path.read_bytes())
        image = services.uploads.add(content, visitor_id="benchmark").image
        self.ids[original.path] = image.id
        return image.id

    def path(
        self, services: Services, original: Original, size: Size, format_: Format = JPEG
    ) -> str:
        """Return the signed path of a rendition."""
        return services.urls.url(self.ids[original.path], size, format_)


@contextmanager
def huimages(
    site: Site, originals: list[Original], name: str, *, chain: str = "off", vectors: bool = True
) -> Iterator[Server]:
    """Run one process; without `vectors`, as if cykooz.resizer were not installed."""
    services = site.services(name, chain=chain)
    for original in originals:
        site.add(services, original)
    services.worker.join()
    environment = {"PYTHONPATH": str(CHECKOUT), "PYTHONWARNINGS": "ignore"}
    if not vectors:
        hidden = site.folder / "without"
        hidden.mkdir(exist_ok=True)
        (hidden / "cykooz_resizer.py").write_text('raise ImportError("left out")\n')
        environment["PYTHONPATH"] = os.pathsep.join([str(hidden), str(CHECKOUT)])
    scaler = f"cykooz.resizer {version('cykooz.resizer')}" if vectors else "no cykooz.resizer"
    about = f"{version('huimages')}, Python {platform.python_version()}, Pillow {version('pillow')}"
    pserve = shutil.which("pserve", path=str(Path(sys.executable).parent)) or "pserve"
    with started(
        "huimages" if vectors else "huimages, Pillow alone",
        f"{about}, {scaler}",
        lambda port: [pserve, site.ini(name, chain=chain, port=port)],
        lambda original, size: site.path(services, original, size),
        site.folder / name,
        environment,
    ) as server:
        yield server
    services.close()
