"""The command `huimages`.

Exit statuses:

    0    success
    1    a failure: a file that is not an image, an unknown ID, unavailable storage
    2    invalid arguments or settings
    130  stopped with Ctrl-C

Results go to stdout, everything else to stderr, one line each.  Modules of this package
import the rest of the program inside their functions, so that `--help` needs no heavy imports.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

import click

from ..errors import BadImageId, BadInput, BadSetting, BadSize, HuimagesError, UnknownFormat
from .apply import apply
from .article import article
from .backup import backup
from .cache import cache
from .check import check
from .collection import collection
from .content_box import content_box
from .context import CliContext, warn
from .delete import delete
from .duplicates import duplicates
from .edit import edit
from .ending import ending
from .export import export
from .facets import facets
from .history import history
from .import_ import import_
from .import_tree import import_tree
from .job import job
from .list import list_
from .migrate import migrate
from .months import months
from .purge import purge
from .replace import replace, turn, versions
from .restore import restore
from .rights import rights
from .saved import saved
from .serve import serve
from .settings import settings
from .setup import setup
from .share import share
from .show import show
from .sizes_in_use import sizes_in_use
from .tags import tags
from .token import token
from .url import url
from .user import user

_INVALID = (BadImageId, BadInput, BadSetting, BadSize, UnknownFormat)
STOPPED = 130  # the status that shells give to a program stopped with Ctrl-C


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="huimages", message="%(prog)s %(version)s")
@click.option(
    "--config",
    type=click.Path(path_type=Path),
    metavar="FILE.ini",
    help="File with the settings.  Default: HUIMAGES_CONFIG, else ./development.ini, "
    "else environment variables only.",
)
@click.pass_context
def huimages(context: click.Context, config: Path | None) -> None:
    """Import, show, check and remove the images of a site, or serve it."""
    context.obj = CliContext.find(config)
    context.call_on_close(context.obj.close)


for _command in (
    *(
        apply,
        article,
        backup,
        cache,
        check,
        collection,
        content_box,
        delete,
        duplicates,
        edit,
        ending,
        export,
        facets,
    ),
    *(
        history,
        import_,
        import_tree,
        job,
        list_,
        migrate,
        months,
        purge,
        replace,
        restore,
        rights,
        saved,
        serve,
    ),
    *(settings, setup, share, show, sizes_in_use, tags, token, turn, url, user, versions),
):
    huimages.add_command(_command)


def run(arguments: Sequence[str] | None = None) -> int:
    """Run the command with `arguments` (default: those of the process); return its status."""
    try:
        status = huimages.main(arguments, prog_name="huimages", standalone_mode=False)
        return status if isinstance(status, int) else 0
    except click.Abort:
        warn("stopped")
        return STOPPED
    except click.exceptions.NoArgsIsHelpError as error:
        error.show()
        return 2
    except click.ClickException as error:
        warn(error.format_message())
        return 2
    except HuimagesError as error:
        warn(str(error))
        return 2 if isinstance(error, _INVALID) else 1


def main() -> None:
    """Run the command; the entry point of the program."""
    sys.exit(run())
