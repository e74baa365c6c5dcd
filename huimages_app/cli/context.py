"""The site that a command works on: its settings and its library, made when asked for."""

from __future__ import annotations

import getpass
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from ..config.settings import Settings
    from ..services.container import Services

DEFAULT_INI = Path("development.ini")

pass_site: Callable[[Callable[..., Any]], Callable[..., Any]] = click.pass_obj


class Site:
    """What the ini file, or the environment, describes."""

    def __init__(self, ini: Path | None) -> None:
        self._ini = ini

    @classmethod
    @contextmanager
    def at(cls, config: Path | None) -> Iterator[Site]:
        """The site of an ini file; of the usual places if None.  Closed in the end."""
        from ..config.loading import VARIABLE

        if config is None and os.environ.get(VARIABLE):
            config = Path(os.environ[VARIABLE])
        if config is None and DEFAULT_INI.is_file():
            config = DEFAULT_INI
        site = cls(config)
        try:
            yield site
        finally:
            if "services" in vars(site):
                site.services.close()

    @cached_property
    def settings(self) -> Settings:
        """The settings; raises BadSetting.  From now on, logging is as the ini file says."""
        from ..config.loading import read_settings, set_up_logging

        settings = read_settings(self._ini)
        if self._ini is not None:
            set_up_logging(self._ini)
        return settings

    @cached_property
    def services(self) -> Services:
        """The library; raises BadSetting, StorageUnavailable."""
        from ..factory import build_services, with_secret
        from ..services import audit

        audit.run_by(f"huimages of {_operator()}")
        return build_services(with_secret(self.settings))


def _operator() -> str:
    """Who types the commands, for the audit log."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # no such user in this container
        return f"user {os.getuid()}"
