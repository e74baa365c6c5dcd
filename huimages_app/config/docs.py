"""The manual page of the settings, written from their table: `make docs`."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from operator import attrgetter

from .parsers import amount, expected
from .settings import Settings
from .spec import LEGACY_VARIABLES

INTRODUCTION = """\
# Settings

<!-- Written by `make docs` from the tables in huimages_app/config: change them there. -->

Settings are in the `[app:main]` section of the ini file. Each can be overridden by an
environment variable, whose name is the key in capitals with `_` for `.`: `HUIMAGES_CACHE_PATH`
for `huimages.cache.path`. A secret can be read from a file: put `_file` behind its key, or
`_FILE` behind its variable, and give the file's name as the value.

An unknown key stops the start, and so does a value that is not of the expected form.
Folders and files are relative to where the program was started; `%(here)s` in an ini file is the
folder of that file.

| setting | expected value | default | meaning |
|---|---|---|---|
"""


def ini_text(value: object) -> str:
    """Return a default in the format of an ini file."""
    if isinstance(value, tuple | dict):
        return " ".join(value)
    if value is None:
        return ""
    if isinstance(value, float):
        return f"{value:g}"
    return str(value)


def ini_amount(number: int) -> str:
    """Return a large number in the format of an ini file: 64 M, 20 G."""
    for power, unit in ((4, "T"), (3, "G"), (2, "M"), (1, "K")):
        if number and number % 1000**power == 0:
            return f"{number // 1000**power} {unit}"
    return str(number)


def defaults() -> dict[str, str]:
    """Return the default of every attribute, as shown; empty where there is none."""
    settings = Settings()
    return {
        name: (ini_amount if row.parser is amount else ini_text)(attrgetter(name)(settings))
        for name, row in Settings.rows()
    }


def lines() -> Iterator[str]:
    default_texts = defaults()
    for name, row in Settings.rows():
        default = f"`{default_texts[name]}`" if default_texts[name] else ""
        meaning = row.help + (" (secret)" if row.secret else "")
        cells = (f"`{row.key}`", expected(row.parser), default, meaning)
        yield "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |\n"


def legacy_variables() -> Iterator[str]:
    yield "\n## Variables of huImages 2.2\n\n"
    yield "They apply where neither the ini file nor a current variable gives a value.\n\n"
    yield "| variable | setting |\n|---|---|\n"
    for key, variables in LEGACY_VARIABLES.items():
        for variable in variables:
            yield f"| `{variable}` | `{key}` |\n"
    yield "| `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY` | read by boto3 itself |\n"


def page() -> str:
    """Return the whole page, as Markdown."""
    return INTRODUCTION + "".join(lines()) + "".join(legacy_variables())


if __name__ == "__main__":
    sys.stdout.write(page())
