"""Settings for programs that `pserve` does not start: from an ini file, or from variables."""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Mapping
from pathlib import Path

from ..errors import BadSetting
from .settings import Settings

VARIABLE = "HUIMAGES_CONFIG"
_SECTION = "app:main"


def read_settings(ini: Path | None, environ: Mapping[str, str] = os.environ) -> Settings:
    """Return the settings of an ini file's [app:main] and of the environment.

    Without `ini`, the file is the one that HUIMAGES_CONFIG names; without that, there is
    only the environment.  Then the variables of huImages 2.2 also choose the storage: they
    name a CouchDB and a bucket, and its sites used both.  Raises BadSetting.
    """
    if ini is None and environ.get(VARIABLE):
        ini = Path(environ[VARIABLE])
    if ini is None:
        return Settings.read(_legacy_storage(environ), environ)
    return Settings.read(_app_section(ini), environ)


def set_up_logging(ini: Path) -> None:
    """Configure logging by the ini file; show only warnings on the terminal.

    The terminal shows the output of the command; a log file gets all lines.
    """
    import plaster

    plaster.setup_logging(str(ini))
    loggers = [logging.root, *logging.root.manager.loggerDict.values()]
    for logger in loggers:
        for handler in getattr(logger, "handlers", ()):
            if getattr(handler, "stream", None) in {sys.stdout, sys.stderr}:
                handler.setLevel(max(handler.level, logging.WARNING))


def _app_section(ini: Path) -> Mapping[str, str]:
    import configparser

    import plaster

    if not ini.is_file():
        raise BadSetting(f"there is no ini file {ini}")
    try:
        loader = plaster.get_loader(str(ini.absolute()))
        if _SECTION not in loader.get_sections():
            raise BadSetting(f"the ini file {ini} has no section [{_SECTION}]")
        return dict(loader.get_settings(_SECTION))
    except (
        configparser.Error,
        UnicodeDecodeError,
        LookupError,
        OSError,
        plaster.PlasterError,
    ) as error:
        raise BadSetting(f"the ini file {ini} can't be read: {error}") from None


def _legacy_storage(environ: Mapping[str, str]) -> dict[str, str]:
    stores = {}
    if environ.get("HUIMAGESCOUCHSERVER") or environ.get("COUCHSERVER"):
        stores["huimages.metadata"] = "couchdb"
        # huImages 2.2 left originals there that were not read since it moved to S3.
        stores["huimages.originals.fallbacks"] = "couchdb"
    if environ.get("HUIMAGES3BUCKET") or environ.get("S3BUCKET"):
        stores["huimages.originals"] = "s3"
    return stores
