"""`huimages serve`: serve a site from this machine, for a first look."""

from __future__ import annotations

import warnings
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ..errors import BadInput, BadSetting
from .context import DEFAULT_INI, CliContext, pass_cli_context, warn

if TYPE_CHECKING:
    from ..web.server import Service

_SECTION = "server:main"
_LISTEN = "127.0.0.1:6543"


@click.command("serve", short_help="Serve a site on this machine.")
@click.argument("folder", required=False, type=click.Path(file_okay=False, path_type=Path))
@click.option(
    "--port", type=click.IntRange(1, 65535), help="Port.  Default: that of the ini file, 6543."
)
@pass_cli_context
def serve(context: CliContext, folder: Path | None, port: int | None) -> None:
    """Serve the site of an ini file until Ctrl-C.

    With FOLDER, the ini file is FOLDER/development.ini.  If it is missing, a new one is written,
    which keeps all data in FOLDER/var and lets only this machine in.  The other commands find it
    if they run in FOLDER.
    """
    ini = _ini(context, folder)
    service = _service(ini, port)
    for url in service.urls:
        click.echo(f"huimages is at {url} (stop it with Ctrl-C)", err=True)
    service.run()


def _ini(context: CliContext, folder: Path | None) -> Path:
    if folder is None:
        if context.ini is None:
            raise BadInput("no site is configured here: pass a FOLDER for a new one, or --config")
        return context.ini
    if context.ini is not None and context.ini != DEFAULT_INI:
        raise BadInput(f"both FOLDER and {context.origin} are given: keep one")
    ini = folder / DEFAULT_INI
    if not ini.exists():
        _write(ini)
        warn(f"{ini} written: the settings of this site")
    return ini


def _write(ini: Path) -> None:
    template = files(__package__) / DEFAULT_INI.name
    try:
        ini.parent.mkdir(parents=True, exist_ok=True)
        ini.write_text(template.read_text(encoding="utf-8"), encoding="utf-8")
    except OSError as error:
        raise BadInput(f"{ini} can't be written: {error.strerror}") from None


def _service(ini: Path, port: int | None) -> Service:
    # A message to the developers of Pyramid, when it is imported.
    warnings.filterwarnings("ignore", "pkg_resources is deprecated", UserWarning)
    import plaster

    from ..config.loading import read_settings
    from ..web.server import Service

    read_settings(ini)  # reports what is wrong with the file
    options = _server_options(ini, port)
    loader = plaster.get_loader(str(ini.absolute()))
    loader.setup_logging({})
    app = loader.get_wsgi_app()
    try:
        return Service(app, options)
    except OSError as error:
        raise BadInput(
            f"cannot listen on {options['listen']}: {error.strerror}; pass another --port"
        ) from None


def _server_options(ini: Path, port: int | None) -> dict[str, str]:
    """Return the options of waitress in the ini file, with the port replaced."""
    import plaster

    options = dict(plaster.get_settings(str(ini.absolute()), _SECTION))
    if options.pop("paste.server_runner", None) is None:
        raise BadSetting(
            f"section [{_SECTION}] of {ini} has no line "
            "'paste.server_runner = huimages_app.web.server:serve'"
        )
    listen = options.setdefault("listen", _LISTEN).split()
    if port is not None:
        listen = [f"{item.rpartition(':')[0]}:{port}" for item in listen]
    return {**options, "listen": " ".join(listen)}
