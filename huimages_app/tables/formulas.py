"""Texts that a spreadsheet would take for a formula: https://owasp.org/www-community/attacks/CSV_Injection."""

from __future__ import annotations

# Also the apostrophe itself, so that every text comes back as it was.
_DANGEROUS = tuple("=+-@\t\r\n＝＋－＠'")
_MARK = "'"


def neutralized(text: str) -> str:
    """Return the text with an apostrophe before it if a spreadsheet might calculate it."""
    return f"{_MARK}{text}" if text.startswith(_DANGEROUS) else text


def restored(text: str) -> str:
    """Return the text from which `neutralized` made this one."""
    return text[1:] if text.startswith(_MARK) and text[1:].startswith(_DANGEROUS) else text
