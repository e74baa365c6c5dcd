"""The `huimages` command.

    0    done
    1    something failed: a picture that is none, an ID that nobody has, a store that is down
    2    asked wrongly: arguments, settings
    130  stopped with Ctrl-C

What was asked for goes to stdout, everything else to stderr, a line each.  Modules of
this package import the rest of the program inside their commands, so that `--help` is there
at once.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

import click

from ..errors import BadImageId, BadInput, BadSetting, BadSize, HuimagesError, UnknownFormat
from . import check, import_, migrate, show, user
from .context import Site

_ASKED_WRONGLY = (BadImageId, BadInput, BadSetting, BadSize, UnknownFormat)
STOPPED = 130  # what shells say for a program that Ctrl-C ended


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="huimages", message="%(prog)s %(version)s")
@click.option(
    "--config",
    type=click.Path(path_type=Path),
    metavar="FILE.ini",
    help="Settings.  If not given: HUIMAGES_CONFIG, else ./development.ini, "
    "else environment variables alone.",
)
@click.pass_context
def huimages(context: click.Context, config: Path | None) -> None:
    """Put images in and out, and look after them."""
    context.obj = context.with_resource(Site.at(config))


for _module in (import_, show, check, migrate, user):
    for _command in _module.COMMANDS:
        huimages.add_command(_command)


def run(arguments: Sequence[str] | None = None) -> int:
    """Run the command with these arguments, or those of the process; the exit status."""
    try:
        status = huimages.main(arguments, prog_name="huimages", standalone_mode=False)
        return status if isinstance(status, int) else 0
    except click.Abort:
        _complain("stopped")
        return STOPPED
    except click.exceptions.NoArgsIsHelpError as error:
        error.show()
        return 2
    except click.ClickException as error:
        _complain(error.format_message())
        return 2
    except HuimagesError as error:
        _complain(str(error))
        return 2 if isinstance(error, _ASKED_WRONGLY) else 1


def main() -> None:
    """The entry point."""
    sys.exit(run())


def _complain(sentence: str) -> None:
    click.echo(f"huimages: {' '.join(sentence.split())}", err=True)
