"""Parser of HTML forms: URL-encoded and multipart.

WebOb reads forms with the `cgi` module, which Python 3.13 removed.  It copies every upload
twice, leaves the files open, and has no limits.
"""

from __future__ import annotations

import codecs
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any, BinaryIO, cast
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
    # In forms with files, texts are short, and longer parts are written to disk.
    spool_limit = _MAX_TEXT_WITH_FILES if max_file_bytes else MAX_TEXT
    room = _Room(_MAX_MEMORY if max_file_bytes else MAX_TEXT, max_file_bytes)
    parser = multipart.PushMultipartParser(
        boundary,
        int(environ.get("CONTENT_LENGTH") or -1),
        max_segment_count=_MAX_PARTS,
        # Latin-1 decodes every byte: programs send file names in various charsets.
        header_charset="latin-1",
    )
    # `multipart.MultipartParser` would leave the file of an incomplete part open.
    with ExitStack() as incomplete:
        for event in parser.parse_blocking(environ["wsgi.input"].read):
            if isinstance(event, multipart.MultipartSegment):
                part = event
                file = incomplete.enter_context(tempfile.SpooledTemporaryFile(spool_limit))
            elif event:
                file.write(event)
                room.require(part.bytes_received, is_on_disk=part.bytes_received > spool_limit)
            else:
                file.seek(0)
                is_on_disk = part.size > spool_limit
                room.take(part.size, is_on_disk=is_on_disk)
                name = _text_of(part.name)
                # A part that is too long for memory is a file.
                if name in FILES or part.filename or is_on_disk:
                    incomplete.pop_all()
                    yield name, FormFile(cast(BinaryIO, file), _filename_of(part), part.size)
                    if name not in FILES:
                        raise BadInput(
                            f"the field {name[:40]!r} is a file or too long; expected the picture "
                            f"as the file {UPLOAD_FIELD!r}, in the API the file {IMAGE_FIELD!r}"
                        )
                else:
                    # An empty charset is not an accepted one.
                    own = charset if part.charset is None else part.charset
                    text = file.read().decode(_known(own))
                    incomplete.close()
                    yield name, text


class _Room:
    """Bytes left for the parts in memory and those on disk."""

    def __init__(self, memory: int, disk: int) -> None:
        self._left = {False: memory, True: disk}

    def require(self, size: int, *, is_on_disk: bool) -> None:
        """Raise TooLarge if there is no room for so many bytes."""
        if size > self._left[is_on_disk]:
            where = "Disk" if is_on_disk else "Memory"
            raise TooLarge(f"the form is too large: {where} limit reached")

    def take(self, size: int, *, is_on_disk: bool) -> None:
        """Use up room of a complete part."""
        self._left[is_on_disk] -= size


def _filename_of(part: Any) -> str:
    """Return the name in `filename*`, which RFC 6266 prefers, or in `filename`."""
    for option in part.header("Content-Disposition", "").split(";")[1:]:
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
