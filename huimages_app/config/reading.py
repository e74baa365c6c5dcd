"""Find the text of settings in an ini file and the environment, and parse it."""

from __future__ import annotations

import difflib
import logging
from collections.abc import Collection, Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any, TypeVar

from ..errors import BadSetting
from .parsers import expected
from .spec import LEGACY_VARIABLES, PREFIX, SettingSpec, variable_of

log = logging.getLogger(__name__)

_Group = TypeVar("_Group")


def read_group(kind: type[_Group], ini: Mapping[str, str], environ: Mapping[str, str]) -> _Group:
    """Return a table, or a group of one, with the values that are given; raises BadSetting."""
    values = {}
    for column in fields(kind):  # type: ignore[arg-type]
        if inner := column.metadata.get("group"):
            values[column.name] = read_group(inner, ini, environ)
        elif found := find(column.metadata["row"], ini, environ):
            values[column.name] = parse(column.metadata["row"], *found)
    return kind(**values)


def refuse_unknown(
    rows: Collection[SettingSpec], ini: Mapping[str, str], environ: Mapping[str, str]
) -> None:
    """Raise BadSetting for an unknown key of the ini file; log unknown variables."""
    known = [row.key for row in rows]
    known += [row.file_key for row in rows if row.secret]
    for key in ini:
        if key.startswith(PREFIX) and key not in known:
            near = difflib.get_close_matches(key, known, n=1)
            hint = f" (did you mean '{near[0]}'?)" if near else ""
            raise BadSetting(f"unknown setting '{key}'{hint}")
    variables = [variable_of(key) for key in known]
    for variable in environ:
        # Only a warning: container systems set variables with any prefix.
        if variable.startswith("HUIMAGES_") and variable not in variables:
            for close in difflib.get_close_matches(variable, variables, n=1, cutoff=0.85):
                log.warning("variable %s is no setting (did you mean %s?)", variable, close)


def find(
    row: SettingSpec, ini: Mapping[str, str], environ: Mapping[str, str]
) -> tuple[str, str] | None:
    """Return the key or variable that gives a setting, and its text; raises BadSetting."""
    for source, key, file_key in (
        (environ, row.variable, variable_of(row.file_key)),
        (ini, row.key, row.file_key),
    ):
        if row.secret and file_key in source:
            if key in source:
                raise BadSetting(f"settings '{key}' and '{file_key}' are both given: keep one")
            return file_key, _read_file(file_key, source[file_key])
        if key in source:
            return key, source[key]
    for variable in LEGACY_VARIABLES.get(row.key, ()):
        if environ.get(variable):
            return variable, environ[variable]
    return None


def _read_file(key: str, filename: str) -> str:
    try:
        return Path(filename.strip()).expanduser().read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise BadSetting(f"setting '{key}': {filename!r} can't be read: {error}") from None


def parse(row: SettingSpec, key: str, value: str) -> Any:
    """Return the value of a setting that was given under `key`; raises BadSetting."""
    try:
        return row.parser(value.strip())
    except ValueError:
        shown = "its value" if row.secret else repr(value)
        raise BadSetting(f"setting '{key}': {shown} is not {expected(row.parser)}") from None
