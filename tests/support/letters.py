"""Make the table of letters by which the search views of CouchDB fold words.

    python -m tests.support.letters > huimages_app/storage/couchdb/views/shared/letters.json

The table is a file, because each Python has its own version of Unicode and all nodes of a site
must install the same views.
"""

from __future__ import annotations

import json
import re
import sys
import unicodedata

from huimages_app.domain import tokenizer

_ALPHABETS = [*range(0x80, 0x2000), *range(0xFF00, 0xFFF0)]
_BASIC_PLANE = [*range(0x80, 0xD800), *range(0xE000, 0x10000)]
_ASCII = r"\u0000-\u002f\u003a-\u0040\u005b-\u0060\u007b-\u007f"
_SURROGATES = r"\ud800-\udfff"


def letters() -> dict[str, str]:
    table = {}
    for letter in map(chr, _ALPHABETS):
        inside = _words(f"a{letter}a")
        if len(inside) == 1 and inside[0] != f"a{letter}a":
            table[letter] = inside[0][1:-1]
    return {
        "unicode": unicodedata.unidata_version,
        "folded": "".join(table),
        "plain": " ".join(table.values()),
        "dividers": _ASCII + "".join(_ranges(table)) + _SURROGATES,
    }


def _ranges(table: dict[str, str]) -> list[str]:
    """Return the characters that divide words, as ranges of a regular expression."""
    ranges: list[list[int]] = []
    for code in _BASIC_PLANE:
        if chr(code) not in table and len(_words(f"a{chr(code)}a")) != 1:
            if ranges and ranges[-1][1] == code - 1:
                ranges[-1][1] = code
            else:
                ranges.append([code, code])
    return [rf"\u{first:04x}-\u{last:04x}" for first, last in ranges]


def _words(text: str) -> list[str]:
    """Return the runs of letters and digits of all scripts."""
    return re.findall(r"[^\W_]+", tokenizer.fold(text))


if __name__ == "__main__":
    json.dump(letters(), sys.stdout, indent=1)
    sys.stdout.write("\n")
