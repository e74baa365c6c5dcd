from __future__ import annotations

import io
import json
import logging
import sys

import pytest

from huimages_app.observation import logs, request_ids

FORMAT = "%(levelname)s %(name)s %(request)s %(message)s"


@pytest.fixture(autouse=True)
def request_id() -> str:
    return request_ids.begin("abc-1")


def record(message: str, *args: object, error: bool = False) -> logging.LogRecord:
    return logging.LogRecord(
        "huimages_app.x", logging.ERROR, "x.py", 1, message, args, sys.exc_info() if error else None
    )


def failed(message: str) -> logging.LogRecord:
    try:
        raise ValueError("wrong token hui_" + "x" * 43)
    except ValueError:
        return record(message, error=True)


def test_line_has_request_id() -> None:
    assert logs.Line(FORMAT).format(record("done seconds=%d", 3)) == (
        "ERROR huimages_app.x abc-1 done seconds=3"
    )


def test_line_breaks_of_message_are_escaped() -> None:
    line = logs.Line(FORMAT).format(record("bad name=%s", "a\nERROR forged\x1b[2J\u2028\tend"))
    assert line.endswith("bad name=a\\nERROR forged\\x1b[2J\\u2028\tend")


def test_traceback_follows_line() -> None:
    first, *rest = logs.Line(FORMAT).format(failed("it broke")).splitlines()
    assert first.endswith(" it broke")
    assert rest[0].startswith("Traceback")
    assert "hui_xxx" not in "".join(rest)


def test_json_is_one_line_with_traceback() -> None:
    text = logs.Json().format(failed("it broke: %s\nsecond"))
    assert "\n" not in text
    line = json.loads(text)
    assert line["message"] == "it broke: %s\nsecond"
    assert line["traceback"].startswith("Traceback")
    assert "hui_xxx" not in text
    assert line["request"] == "abc-1"
    assert (line["level"], line["logger"]) == ("ERROR", "huimages_app.x")


def test_json_has_no_request_outside_of_requests() -> None:
    request_ids._current.set("")
    assert "request" not in json.loads(logs.Json().format(record("started")))
    assert logs.Line(FORMAT).format(record("started")) == "ERROR huimages_app.x - started"


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("GET /9x9/A.jpeg?s=AbC_-1 done", "GET /9x9/A.jpeg?s=[hidden] done"),
        ("/a?e=1&s=AbC_-1&x=2", "/a?e=1&s=[hidden]&x=2"),
        ("Authorization: Bearer hui_abc", "Authorization: Bearer [hidden]"),
        ("token hui_0123456789abcdef_-x.", "token [hidden]."),
        ("https://admin:secret@db:5984/x", "https://[hidden]@db:5984/x"),
        ("Authorization: Basic YWRtaW46c2VjcmV0", "Authorization: Basic [hidden]"),
        ("Cookie: huimages=AbC; huimages_visitor=x; a=b",
         "Cookie: huimages=[hidden]; huimages_visitor=[hidden]; a=b"),
        ("Cookie: __Host-huimages=AbC", "Cookie: __Host-huimages=[hidden]"),
        ("/b/k?X-Amz-Signature=ab12&X-Amz-Credential=AK%2Fx",
         "/b/k?X-Amz-Signature=[hidden]&X-Amz-Credential=[hidden]"),
        ("https://db:5984/a@b sizes=3 version=s hui_short", None),
    ],
)  # fmt: skip
def test_secrets_are_hidden(text: str, left: str | None) -> None:
    assert logs.without_secrets(text) == (left or text)


def test_hiding_is_linear_in_length() -> None:
    for piece in ("://a:", "?s=", "hui_", "Bearer ", "a:b", "x"):
        assert logs.without_secrets(piece * 20_000)


def test_write_json_replaces_own_formatter_only() -> None:
    logger = logging.getLogger("huimages-test-json")
    own, other = logging.StreamHandler(io.StringIO()), logging.StreamHandler(io.StringIO())
    own.setFormatter(logs.Line(FORMAT))
    bare = logging.Formatter("%(message)s")
    other.setFormatter(bare)
    logger.handlers = [own, other]
    try:
        logs.write_json()
        assert isinstance(own.formatter, logs.Json)
        assert other.formatter is bare
    finally:
        logger.handlers = []
