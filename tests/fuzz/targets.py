"""Parsers of untrusted input under a fuzzer that is guided by coverage (`make fuzz`).

    python -m tests.fuzz.targets sizes|headers|forms|uploads SECONDS

An input that raises an error which is not one of the program's own, or takes ten seconds or
much memory, stops the run.  Its file is written to `.services/fuzz`; make an ordinary test of it.
"""

from __future__ import annotations

import contextlib
import io
import logging
import sys
import warnings
from collections.abc import Callable
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["huimages_app", "multipart"]):
    from huimages_app.domain.sizes import Size
    from huimages_app.errors import HuimagesError
    from huimages_app.imaging import Limits, inspect
    from huimages_app.imaging.decode import probe, refusing_damage
    from huimages_app.imaging.header_limits import read_header
    from huimages_app.imaging.input_formats import detect
    from huimages_app.web.forms import fields_of

from tests.support.hostile import hostile_files

FOLDER = Path(".services/fuzz")
LIMITS = Limits(max_bytes=1_000_000, max_pixels=1_000_000, max_pixels_whole=1_000_000)


def sizes(data: bytes) -> None:
    """Parse a size; its text must parse to the same size."""
    try:
        size = Size.parse(data.decode("utf-8", "replace"))
    except HuimagesError:
        return
    assert Size.parse(str(size)) == size
    if not size.is_original:
        width, height = size.fitted(640, 480)
        assert width > 0
        assert height > 0


def headers(data: bytes) -> None:
    """Read the header of a picture, as before a decoder does."""
    probe(data[:1000])
    format_ = detect(data[:64])
    if format_ is not None:
        with contextlib.suppress(HuimagesError), refusing_damage(format_):
            read_header(io.BytesIO(data), format_, LIMITS)


def forms(data: bytes) -> None:
    """Parse a form; the first line is its Content-Type."""
    contenttype, _, body = data.partition(b"\n")
    environ = {
        "REQUEST_METHOD": "POST",
        "CONTENT_TYPE": contenttype.decode("latin-1"),
        "CONTENT_LENGTH": str(len(body)),
        "wsgi.input": io.BytesIO(body),
    }
    with contextlib.suppress(HuimagesError):
        for _, value in fields_of(environ, 10_000):
            if not isinstance(value, str):
                value.close()


def uploads(data: bytes) -> None:
    """Inspect an upload: check its header, and decode all of it."""
    with contextlib.suppress(HuimagesError):
        inspect(io.BytesIO(data), LIMITS)


class Unexpected(logging.Handler):
    """Raises errors that the program logs as unexpected and reports as a damaged file."""

    def emit(self, record: logging.LogRecord) -> None:
        raise AssertionError(record.getMessage())


TARGETS: dict[str, Callable[[bytes], None]] = {
    target.__name__: target for target in (sizes, headers, forms, uploads)
}
FORM = b'multipart/form-data; boundary=x\n--x\r\nContent-Disposition: form-data; name="a"\r\n\r\nb'
SEEDS = {
    "sizes": [b"240x160", b"75x75!30,70", b"x100@2x", b"o", b"600x600=7,f4f4f4"],
    "forms": [FORM + b"\r\n--x--\r\n", b"application/x-www-form-urlencoded\na=b&c=%20"],
}


def corpus(name: str) -> Path:
    """Write the inputs that the run begins with; return their folder."""
    folder = FOLDER / name
    folder.mkdir(parents=True, exist_ok=True)
    pictures = [content for _, content in hostile_files(seed=3, count=150)]
    for number, content in enumerate(SEEDS.get(name, pictures)):
        if len(content) < 100_000:
            (folder / f"seed{number}").write_bytes(content)
    return folder


def main(name: str, seconds: str) -> None:
    warnings.simplefilter("ignore")  # Pillow warns of damaged metadata
    logging.basicConfig(level=logging.ERROR, handlers=[Unexpected()])
    options = [
        f"-max_total_time={seconds}",
        f"-artifact_prefix={FOLDER}/{name}-",
        "-timeout=10",
        "-rss_limit_mb=1100",
        "-print_final_stats=1",
    ]
    atheris.Setup([sys.argv[0], *options, str(corpus(name))], TARGETS[name])
    atheris.Fuzz()


if __name__ == "__main__":
    main(*sys.argv[1:])
