"""Forms as browsers and programs send them, read by a parser made for uploads.

WebOb reads them with the `cgi` module, which is gone from Python, copies every upload
twice, leaves the files open, and knows no limits.
"""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from typing import Any

import multipart

from ..errors import BadInput, TooLarge

MULTIPART = "multipart/form-data"
TYPES = {MULTIPART, "application/x-www-form-urlencoded"}
# Where files may be sent.
UPLOAD, IMAGE = FILES = ("uploadfile", "image")
# What a form may weigh besides the pictures in it.
OVERHEAD = 1_000_000  # bytes

_MAX_PARTS = 2000
_MEMORY = 2 * OVERHEAD
# What texts are written in.  Others of Python's codecs are for something else than text, or take
# time by the square of its length, as punycode does.
_CODECS = {"utf-8", "ascii", "iso8859-1", "cp1252"}


def fields_of(environ: dict[str, Any], most_bytes: int) -> Iterator[tuple[str, Any]]:
    """The fields of a form in their order: texts, and files with `file` and `filename`.

    Whoever gets a file closes it.  `most_bytes` may lie in files.  Raises BadInput for a
    damaged form and for a file where a text should be, and TooLarge.
    """
    try:
        contenttype, options = multipart.parse_options_header(environ["CONTENT_TYPE"])
        charset = _known(options.get("charset", "utf-8"))
        if contenttype == MULTIPART:
            yield from _parts(environ, options.get("boundary", ""), charset, most_bytes)
        else:
            texts, _ = multipart.parse_form_data(
                environ, ignore_errors=False, part_limit=_MAX_PARTS, memory_limit=_MEMORY
            )
            yield from texts.iterallitems()
    except multipart.ParserLimitReached as error:
        raise TooLarge(f"the form is too large: {error}") from error
    except multipart.MultipartError as error:
        # What else it says is the error behind it.
        raise BadInput(f"the form can't be read: {error.args[0]}") from error
    except (UnicodeError, OSError) as error:
        raise BadInput(f"the form can't be read: {error}") from error


def _parts(
    environ: dict[str, Any], boundary: str, charset: str, most_bytes: int
) -> Iterator[tuple[str, Any]]:
    if not boundary:
        raise BadInput(f"the form can't be read: Missing boundary for {MULTIPART}")
    for part in multipart.MultipartParser(
        environ["wsgi.input"],
        boundary,
        int(environ.get("CONTENT_LENGTH") or -1),
        charset=charset,
        part_limit=_MAX_PARTS,
        memory_limit=_MEMORY,
        disk_limit=most_bytes,
    ):
        # One too long to be kept in memory is a file without a name.
        if part.filename or not part.is_buffered():
            yield part.name, part
            if part.name not in FILES:
                raise BadInput(
                    f"the field {part.name[:40]!r} is a file, or too long: pictures are sent as "
                    f"the file {UPLOAD!r}, to the API as the file {IMAGE!r}"
                )
        else:
            yield part.name, part.raw.decode(_known(part.charset))
            part.close()


def _known(charset: str) -> str:
    """A charset that texts are taken in; raises BadInput for any other."""
    try:
        if codecs.lookup(charset).name in _CODECS:
            return charset
    except (LookupError, ValueError):  # of that name, or of anything that can be a name
        pass
    raise BadInput(f"the form can't be read: it is in {charset[:40]!r}, and not in UTF-8")
