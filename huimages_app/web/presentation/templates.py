"""Compilation of the page templates."""

from __future__ import annotations

import logging
import os
import sys
from importlib import resources
from pathlib import Path
from typing import Any

from chameleon import config
from chameleon.loader import MemoryLoader, ModuleLoader
from chameleon.template import PROGRAM_NAME
from pyramid.renderers import get_renderer

log = logging.getLogger(__name__)

_FOLDER = resources.files("huimages_app").joinpath("templates")


class CompiledTemplates(ModuleLoader):
    """The templates as Python modules in a folder, from which the next start reads them.

    The name of a module contains a hash of its template and of the versions of all packages.  A
    template is compiled in memory if the folder cannot be written.
    """

    def __init__(self, path: Path) -> None:
        super().__init__(str(path))
        self._used: set[str] = set()

    def get(self, filename: str) -> dict[str, Any] | None:
        """Return a module; None if it is missing or damaged."""
        name = Path(filename).stem
        self._used.add(name)
        try:
            module = super().get(filename)
        except Exception as error:  # noqa: BLE001
            log.warning("compiled template damaged: file=%s error=%r", filename, error)
            return None
        if module is None or PROGRAM_NAME in module:
            return module
        # `build` would take it from there.
        del sys.modules[name]
        log.warning("compiled template damaged: file=%s error=empty", filename)
        return None

    def build(self, source: str, filename: str) -> dict[str, Any]:
        try:
            return super().build(source, filename)
        except OSError as error:
            log.warning("compiled template not stored: file=%s error=%s", filename, error)
            return MemoryLoader().build(source, filename)

    def remove_unused(self) -> None:
        """Remove the modules that were not loaded: those of earlier versions."""
        for path in Path(self.path).rglob("*.*"):
            if path.name.partition(".")[0] not in self._used:
                path.unlink(missing_ok=True)


def compile_templates(registry: Any, folder: Path) -> None:
    """Compile all templates: call it before the server listens.

    They are kept in `folder`, unless CHAMELEON_CACHE names another one: reading them takes a sixth
    of the time of compiling.

    Chameleon compiles a template at its first use, in each thread that uses it meanwhile: with
    48 threads under load the first pages took 13 to 40 s.
    """
    compiled = _opened(folder) if config.CACHE_DIRECTORY is None else None
    for file in _FOLDER.iterdir():
        if file.name.endswith(".pt"):
            renderer = get_renderer(f"huimages_app:templates/{file.name}", registry=registry)
            template = renderer.implementation()
            template.loader = compiled or template.loader
            template.cook_check()
    if compiled:
        compiled.remove_unused()


def _opened(folder: Path) -> CompiledTemplates | None:
    """Return the modules in a folder; None if others could write code into it."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        status = folder.stat()
    except OSError as error:
        log.warning("compiled templates not kept: folder=%s error=%s", folder, error)
        return None
    if status.st_uid != os.geteuid() or status.st_mode & 0o022:
        log.warning("compiled templates not kept: folder=%s error=others may write", folder)
        return None
    return CompiledTemplates(folder)
