"""One row of the settings table: the specification of a setting."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, fields
from typing import Any

from .parsers import Parser

PREFIX = "huimages."

# The variables of huImages 2.2, the newer name of a pair first.  boto3 itself reads the other two,
# AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.
LEGACY_VARIABLES = {
    "huimages.couchdb.url": ("HUIMAGESCOUCHSERVER", "COUCHSERVER"),
    "huimages.s3.bucket": ("HUIMAGES3BUCKET", "S3BUCKET"),
    "huimages.image_url": ("IMAGESERVERURL",),
    "huimages.alt_addition": ("HUIMAGESALTADDITION",),
}


@dataclass(frozen=True)
class SettingSpec:
    """One setting: its key in the ini file, the parser of its text, a line of help."""

    key: str
    parser: Parser
    help: str
    secret: bool

    @property
    def file_key(self) -> str:
        """Return the key that names a file to read the value from; secrets have one."""
        return self.key + "_file"

    @property
    def variable(self) -> str:
        """Return the environment variable that overrides the key."""
        return variable_of(self.key)


def variable_of(key: str) -> str:
    """Return the environment variable that overrides `key`: HUIMAGES_A_B for huimages.a.b."""
    return key.upper().replace(".", "_")


def setting(key: str, parser: Parser, default: Any, help_: str, *, secret: bool = False) -> Any:
    """Return a row of the table: `key` without its prefix, parser, default, a line of help."""
    metadata = {"row": SettingSpec(PREFIX + key, parser, help_, secret)}
    if isinstance(default, dict):
        return field(default_factory=lambda: dict(default), metadata=metadata, repr=not secret)
    # A secret is not shown where settings are logged.
    return field(default=default, metadata=metadata, repr=not secret)


def group(kind: type) -> Any:
    """Return a field for a group of rows, the dataclass `kind`."""
    return field(default_factory=kind, metadata={"group": kind})


def table_rows(kind: type, path: str = "") -> Iterator[tuple[str, SettingSpec]]:
    """Yield every row of a table with the path of its attribute, groups included."""
    for column in fields(kind):
        if inner := column.metadata.get("group"):
            yield from table_rows(inner, f"{path}{column.name}.")
        else:
            yield path + column.name, column.metadata["row"]
