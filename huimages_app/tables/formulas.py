"""Texts that a spreadsheet would take for a formula: https://owasp.org/www-community/attacks/CSV_Injection."""

from __future__ import annotations

import re

# At the beginning of a text, and of each of its lines and parts between semicolons: where
# semicolons divide cells, as in German Excel, a CSV with commas is divided there.  The apostrophe
# itself belongs to the list, so that every text comes back as it was.
_DANGEROUS = r"(?<![^;\n])(?=[=+\-@＝＋－＠'])|\A(?=[\t\r\n])"
_MARKED = r"(?<![^;\n])'(?=[=+\-@＝＋－＠'])|\A'(?=[\t\r\n])"
_BEFORE_FORMULA, _MARK = re.compile(_DANGEROUS), re.compile(_MARKED)


def neutralized(text: str) -> str:
    """Return the text with an apostrophe wherever a spreadsheet might begin to calculate."""
    return _BEFORE_FORMULA.sub("'", text)


def restored(text: str) -> str:
    """Return the text from which `neutralized` made this one."""
    return _MARK.sub("", text)
