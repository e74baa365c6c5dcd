"""The site a command works on: its settings and its services, created on first use."""

from __future__ import annotations

import dataclasses
import getpass
import os
import tempfile
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ..errors import BadInput, BadSetting

if TYPE_CHECKING:
    from ..config.settings import Settings
    from ..services.container import Services

DEFAULT_INI = Path("development.ini")

pass_cli_context: Callable[[Callable[..., Any]], Callable[..., Any]] = click.pass_obj


class CliContext:
    """The site that an ini file, or the environment, describes.

    `origin` names how the ini file was found; empty without an ini file.
    """

    def __init__(self, ini: Path | None, origin: str) -> None:
        self.ini = ini
        self.origin = origin
        self._resources = ExitStack()

    @classmethod
    def find(cls, config: Path | None, environ: Mapping[str, str] = os.environ) -> CliContext:
        """Return the site of `config`; if None, of HUIMAGES_CONFIG or ./development.ini."""
        from ..config.loading import VARIABLE

        if config is not None:
            return cls(config, "option --config")
        if environ.get(VARIABLE):
            return cls(Path(environ[VARIABLE]), f"variable {VARIABLE}")
        if DEFAULT_INI.is_file():
            return cls(DEFAULT_INI, "found in the current folder")
        return cls(None, "")

    def close(self) -> None:
        """Close the services and remove temporary folders."""
        self._resources.close()

    @cached_property
    def settings(self) -> Settings:
        """The settings; raises BadSetting.  Configures logging as configured in the ini file."""
        from ..config.loading import read_settings, set_up_logging

        settings = read_settings(self.ini)
        if self.ini is not None:
            try:
                set_up_logging(self.ini)
            except Exception as error:  # logging.config raises any type for wrong sections
                raise BadSetting(
                    f"the logging sections of {self.ini} are wrong: {type(error).__name__}: {error}"
                ) from error
        return settings

    @property
    def source(self) -> str:
        """The sources of the settings, in one line."""
        variables = ", ".join(_variables(os.environ))
        if self.ini is not None:
            overrides = f"; overridden by {variables}" if variables else ""
            return f"{self.ini.absolute()} ({self.origin}){overrides}"
        if variables:
            return f"no ini file; variables {variables}"
        return "defaults only: no --config, no HUIMAGES_CONFIG, no ./development.ini"

    @cached_property
    def services(self) -> Services:
        """The services of a configured site, for commands that change something.

        Raises BadInput outside a configured site, BadSetting, StorageUnavailable.
        """
        self.require_site()
        return self._build(self.settings)

    def require_site(self) -> None:
        """Raise BadInput outside a configured site; name the operator in the audit log."""
        from ..services import audit

        if self.ini is None and not _variables(os.environ):
            raise BadInput(
                "no site is configured here: pass --config FILE.ini, set HUIMAGES_CONFIG, or "
                "change to a folder with a development.ini"
            )
        audit.run_by(f"huimages of {_operator()}")

    @cached_property
    def reading_services(self) -> Services:
        """The services for commands that only read.  Creates no file or folder of the site.

        An empty temporary location replaces each one that does not exist.
        Raises BadSetting, StorageUnavailable.
        """
        settings = self.settings
        if settings.metadata == "sqlite" and not settings.metadata_path.exists():
            warn(f"{settings.metadata_path} does not exist.  Settings in force: {self.source}")
        return self._build(self._with_existing_locations(settings))

    def existing(self, path: Path) -> Path:
        """Return `path`, or an empty temporary location if it does not exist."""
        if path.exists():
            return path
        return Path(self._resources.enter_context(tempfile.TemporaryDirectory())) / path.name

    def _with_existing_locations(self, settings: Settings) -> Settings:
        return dataclasses.replace(
            settings,
            originals_path=self.existing(settings.originals_path),
            metadata_path=self.existing(settings.metadata_path),
            cache=dataclasses.replace(settings.cache, path=self.existing(settings.cache.path)),
            var=self.existing(settings.var / "secret").parent,
        )

    def _build(self, settings: Settings) -> Services:
        from ..factory import build_services
        from ..services import audit
        from ..services.keys import with_secret

        audit.run_by(f"huimages of {_operator()}")
        services = build_services(with_secret(settings))
        self._resources.callback(services.close)
        return services


def warn(sentence: str) -> None:
    """Print one line to stderr, with the name of the program."""
    click.echo(f"huimages: {' '.join(sentence.split())}", err=True)


def _variables(environ: Mapping[str, str]) -> list[str]:
    """The environment variables that are settings, sorted."""
    from ..config.settings import Settings
    from ..config.spec import LEGACY_VARIABLES, variable_of

    known = {variable for variables in LEGACY_VARIABLES.values() for variable in variables}
    for _, row in Settings.rows():
        known.add(row.variable)
        if row.secret:
            known.add(variable_of(row.file_key))
    return sorted(known & set(environ))


def _operator() -> str:
    """The name of the user who runs the command, for the audit log."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a container without a passwd entry for this user ID
        return f"user {os.getuid()}"
