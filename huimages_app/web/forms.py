"""Parser of HTML forms: URL-encoded and multipart.

WebOb reads forms with the `cgi` module, which Python 3.13 removed.  It copies every upload
twice, leaves the files open, and has no limits.
"""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, BinaryIO
from urllib.parse import unquote_to_bytes

import multipart

from ..errors import BadInput, TooLarge

MULTIPART = "multipart/form-data"
TYPES = {MULTIPART, "application/x-www-form-urlencoded"}
# The fields that may be files.  A part of this name is a file even without a file name.
UPLOAD_FIELD, IMAGE_FIELD = FILES = ("uploadfile", "image")
# Size of a form besides the files in it, in bytes.  The largest one selects 500 pictures.
# Decoding 64 kB of `%` takes 0.15 s.
MAX_TEXT = 64 * 1024

_MAX_PARTS = 2000
_MAX_TEXT_WITH_FILES = 8 * 1024  # bytes of a text field
_MAX_MEMORY = 2_000_000  # bytes of all parts that are kept in memory
# Accepted charsets.  Python has codecs that are not for text, and some, such as punycode, take
# time quadratic in the length.
_CODECS = {"utf-8", "ascii", "iso8859-1", "cp1252"}


@dataclass(frozen=True)
class FormFile:
    """A file of a form.  The receiver closes it."""

    file: BinaryIO
    filename: str  # as sent; empty if the client named none
    size: int  # bytes

    def close(self) -> None:
        self.file.close()


def fields_of(environ: dict[str, Any], max_file_bytes: int) -> Iterator[tuple[str, str | FormFile]]:
    """Yield name and value of each field, in order; the caller closes the files.

    `max_file_bytes` limits all files together; 0 means that the form is for text only.
    Raises BadInput for a damaged form and for a file in place of a text, TooLarge, and
    OSError if the machine cannot store the files.
    """
    try:
        contenttype, options = multipart.parse_options_header(environ["CONTENT_TYPE"])
        charset = _known(options.get("charset", "utf-8"))
        if contenttype == MULTIPART:
            yield from _parts(environ, options.get("boundary", ""), charset, max_file_bytes)
        else:
            texts, _ = multipart.parse_form_data(
                environ, ignore_errors=False, part_limit=_MAX_PARTS, memory_limit=MAX_TEXT
            )
            yield from texts.iterallitems()
    except multipart.ParserLimitReached as error:
        raise TooLarge(f"the form is too large: {error}") from error
    except multipart.MultipartError as error:
        # The second argument is the error behind it.
        raise BadInput(f"the form cannot be read: {error.args[0]}") from error
    except UnicodeError as error:
        raise BadInput(f"the form cannot be read: {error}") from error


def _parts(
    environ: dict[str, Any], boundary: str, charset: str, max_file_bytes: int
) -> Iterator[tuple[str, str | FormFile]]:
    if not boundary:
        raise BadInput(f"the form cannot be read: Missing boundary for {MULTIPART}")
    for part in multipart.MultipartParser(
        environ["wsgi.input"],
        boundary,
        int(environ.get("CONTENT_LENGTH") or -1),
        # Latin-1 decodes every byte: programs send file names in various charsets.
        charset="latin-1",
        part_limit=_MAX_PARTS,
        # In forms with files, texts are short, and longer parts are written to disk.
        spool_limit=_MAX_TEXT_WITH_FILES if max_file_bytes else MAX_TEXT,
        memory_limit=_MAX_MEMORY if max_file_bytes else MAX_TEXT,
        disk_limit=max_file_bytes,
    ):
        name = _text_of(part.name)
        # multipart spools a part that is too long for memory to a file.
        if name in FILES or part.filename or not part.is_buffered():
            yield name, FormFile(part.file, _filename_of(part), part.size)
            if name not in FILES:
                raise BadInput(
                    f"the field {name[:40]!r} is a file or too long; expected the picture as "
                    f"the file {UPLOAD_FIELD!r}, in the API the file {IMAGE_FIELD!r}"
                )
        else:
            text = part.raw.decode(_known(part.charset) if _has_charset(part) else charset)
            part.close()
            yield name, text


def _has_charset(part: Any) -> bool:
    return "charset" in multipart.parse_options_header(part.headers.get("Content-Type", ""))[1]


def _filename_of(part: Any) -> str:
    """Return the name in `filename*`, which RFC 6266 prefers, or in `filename`."""
    for option in str(part.disposition).split(";")[1:]:
        key, _, value = option.strip().partition("=")
        if key.strip().lower() == "filename*":
            charset, _, encoded = value.strip().strip('"').partition("'")
            encoded = encoded.partition("'")[2]  # after the language
            return unquote_to_bytes(encoded).decode(_known(charset), "replace")
    return _text_of(part.filename or "")


def _text_of(header: str) -> str:
    """Decode a header value that was read as Latin-1: UTF-8 if it is that, else Latin-1."""
    raw = header.encode("latin-1", "replace")
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("cp1252", "replace")


def _known(charset: str) -> str:
    """Return an accepted charset; raises BadInput for any other."""
    try:
        if codecs.lookup(charset).name in _CODECS:
            return charset
    except (LookupError, ValueError):  # unknown, or no possible name
        pass
    raise BadInput(f"the form cannot be read: its charset is {charset[:40]!r}; expected UTF-8")
