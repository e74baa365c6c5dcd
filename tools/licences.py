"""Write docs/licences.md, the licences of the packages in requirements.lock.

    python tools/licences.py > docs/licences.md

Fails for a licence that is not in `ALLOWED`: read it before you add it.  The licences are those
that the installed packages name; `OTHERS` has those of packages that name none in a usable form.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from email.message import Message
from importlib.metadata import metadata
from pathlib import Path
from typing import cast

LOCK = Path(__file__).parents[1] / "requirements.lock"
REPOZE = "LicenseRef-Repoze-BSD-derived"

# Licences that allow use, change and distribution with any program, as SPDX names them.
ALLOWED = frozenset(
    {
        "Apache-2.0",
        "Apache-2.0 AND BSD-2-Clause",
        "Apache-2.0 OR BSD-3-Clause",
        "Apache-2.0 OR MIT",
        "BSD-2-Clause",
        "BSD-3-Clause",
        "MIT",
        "MIT-0",
        "MIT-CMU",
        "PSF-2.0",
        REPOZE,
        "ZPL-2.1",
    }
)
CLASSIFIERS = {
    "Apache Software License": "Apache-2.0",
    "MIT License": "MIT",
    "Repoze Public License": REPOZE,
    "Zope Public License": "ZPL-2.1",
}
# From the licence files of the packages.
OTHERS = {
    "chameleon": REPOZE,
    "couchdb": "BSD-3-Clause",
    "cykooz-resizer": "Apache-2.0 OR MIT",
    "legacy-cgi": "PSF-2.0",  # installed for Python 3.13 and newer only
    "python-dateutil": "Apache-2.0 OR BSD-3-Clause",
}
HEAD = f"""\
# Licences of the packages in use

<!-- Written by `make docs` from requirements.lock and the installed packages. -->

huimages has the [BSD licence](../LICENSE). It runs with the packages below. `make check` fails if
one of them has a licence that is not on the list in `tools/licences.py`.

Wheels contain libraries of their own. Those of Pillow and pillow-heif name them in the folder
`licenses` of their metadata. The wheel of pillow-heif contains x265 under the GPL 2, and libheif
and libde265 under the LGPL 3: follow these licences if you pass on a container image with it.
`{REPOZE}` is the licence of the Repoze project: a BSD licence with a clause on trademarks.

| package | licence |
|---|---|
"""


def packages() -> Iterator[str]:
    """Yield the names in the lock file."""
    for line in LOCK.read_text(encoding="utf-8").splitlines():
        if found := re.match(r"([\w.-]+)==", line):
            yield found[1]


def licence(package: str) -> str:
    """Return the licence as SPDX names it, or the text that the package gives."""
    return OTHERS.get(package) or _named(cast(Message, metadata(package)))


def _named(names: Message) -> str:
    if expression := names.get("License-Expression"):
        return str(expression)
    text = str(names.get("License", "")).strip()
    if text in ALLOWED:
        return text
    classifiers = [line.rpartition(" :: ")[2] for line in names.get_all("Classifier", [])]
    return " AND ".join(CLASSIFIERS[name] for name in classifiers if name in CLASSIFIERS) or text


def main() -> int:
    """Print the page; return 1 if a licence is not allowed."""
    licences = {package: licence(package) for package in packages()}
    unknown = {name: text for name, text in licences.items() if text not in ALLOWED}
    for name, text in unknown.items():
        sys.stderr.write(f"tools/licences.py: {name}: licence {text!r} is not in ALLOWED\n")
    sys.stdout.write(HEAD + "".join(f"| {name} | {text} |\n" for name, text in licences.items()))
    return 1 if unknown else 0


if __name__ == "__main__":
    sys.exit(main())
