"""Malformed uploads: each gets a specific message, and nothing is stored."""

from __future__ import annotations

import errno
import io
import os
import tempfile
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest

from huimages_app.errors import BadInput, TooLarge
from huimages_app.web.forms import fields_of
from tests.support import pictures
from tests.support.site import Site

PHOTO = pictures.photo(60, 40)
API = "/upload/api/"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    limits = {"upload.max_bytes": "100 kB", "upload.max_request_bytes": "300 kB"}
    site = Site(tmp_path_factory.mktemp("site"), **limits)
    yield site
    site.close()


@pytest.fixture(autouse=True)
def unharmed(site: Site) -> Iterator[None]:
    site.app.reset()
    yield
    assert site.app.get("/healthz").text == "ok\n"
    assert list(site.services.integrity.check()) == []


def form(*parts: tuple[bytes, bytes], boundary: bytes = b"XX") -> bytes:
    """Return a form; each part has the rest of its Content-Disposition, and a content."""
    lines = [
        b"--%s\r\nContent-Disposition: form-data; %s\r\n\r\n%s\r\n" % (boundary, head, content)
        for head, content in parts
    ]
    return b"".join(lines) + b"--%s--\r\n" % boundary


def upload_form(filename: bytes, content: bytes = PHOTO) -> bytes:
    return form((b'name="uploadfile"; filename="%s"' % filename, content))


def send(site: Site, body: bytes, contenttype: str = "multipart/form-data; boundary=XX") -> str:
    """Return status and message."""
    response = site.app.post(API, body, {"Content-Type": contenttype}, status="*")
    return f"{response.status_int} {response.text.strip()}"


GOOD = upload_form(b"a.jpeg")
NO_PICTURE = "400 No picture was sent; expected the field 'uploadfile'"
UNREADABLE = "400 The form cannot be read: "


@pytest.mark.parametrize(
    ("contenttype", "sentence"),
    [
        ("multipart/form-data", UNREADABLE + "Missing boundary"),
        ("multipart/form-data; boundary=", UNREADABLE + "Missing boundary"),
        ("multipart/form-data; boundary=other", UNREADABLE + "Unexpected end"),
        (f"multipart/form-data; boundary={'x' * 5000}", UNREADABLE + "Unexpected end"),
        ("application/x-www-form-urlencoded", UNREADABLE + "'utf-8' codec"),
        ("image/jpeg", NO_PICTURE),
        ("text/plain", NO_PICTURE),
    ],
)
def test_form_content_type_is_checked(site: Site, contenttype: str, sentence: str) -> None:
    assert send(site, GOOD, contenttype).startswith(sentence)


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        (b"", UNREADABLE + "Unexpected end"),
        (b"\xff\x00" * 500, UNREADABLE + "Unexpected end"),
        (GOOD[: len(GOOD) // 2], UNREADABLE + "Unexpected end"),
        (b"--XX\r\n\r\nabc\r\n--XX--\r\n", UNREADABLE + "Missing Content-Disposition"),
        (form((b'name="other"; filename="a.jpeg"', PHOTO)), "400 The field 'other' is a file"),
        (form((b'name="other"', bytes(100_000))), "400 The field 'other' is a file or too long"),
        (form((b'name="other"', b"1")), NO_PICTURE),
        (form((b'name="uploadfile"', b"no file")), "415 "),
        (upload_form(b"", b""), NO_PICTURE),
        (upload_form(b"a.jpeg", b""), "415 This is no picture"),
        (form(*[(b'name="field"', b"1")] * 3000), "413 The form is too large"),
        (upload_form(b"a" * 100_000), "413 The form is too large"),
        (upload_form(b"a.jpeg", PHOTO + bytes(100_000)), "413 The file has 10"),
    ],
)
def test_malformed_form_body_returns_400(site: Site, body: bytes, sentence: str) -> None:
    response = send(site, body)
    assert response.startswith(sentence)
    assert "Error(" not in response


def test_form_beyond_upload_limit_is_not_read(site: Site) -> None:
    response = site.app.post(
        API,
        GOOD,
        {"Content-Type": "multipart/form-data; boundary=XX", "Content-Length": "2000000"},
        status=413,
    )
    assert response.text.startswith("The upload is too large: at most 300,000 bytes at once")


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        (b"../../../etc/passwd", "passwd"),
        (rb"C:\Users\x\bike.jpeg", "bike.jpeg"),
        (b"nul\0.jpeg", "nul .jpeg"),
        (b"two\nlines.jpeg", "two lines.jpeg"),
        ("\U0001f6b2 Rädchen.jpeg".encode(), "\U0001f6b2 Rädchen.jpeg"),
        (b"..", ""),
        (b"<img src=x onerror=alert(1)>.jpeg", "<img src=x onerror=alert(1)>.jpeg"),
    ],
)
def test_form_filename_is_decoded(site: Site, sent: bytes, kept: str) -> None:
    status, _, image_id = send(site, upload_form(sent, PHOTO + sent)).partition(" ")
    assert status == "200"
    assert site.services.images.get_any(image_id).filename == kept
    page = site.browser().get(f"/image/{image_id}/")
    assert "<img src=x" not in page.text
    assert page.text.isprintable() or "\0" not in page.text
    stored = {path.name for path in (site.folder / "originals").rglob("*") if path.is_file()}
    assert image_id in stored
    assert not stored & set(_parts(sent.decode()))


def _parts(name: str) -> Iterable[str]:
    return Path(name.replace("\\", "/").replace("\0", "")).parts


@pytest.mark.parametrize(
    ("head", "kept"),
    [
        (b'name="uploadfile"\r\nContent-Type: image/png', ""),
        (b'name="uploadfile"', ""),
        (b'name="uploadfile"; filename=""', ""),
        (b"name=uploadfile; filename*=UTF-8''na%C3%AFve.png", "naïve.png"),
        (b"name=uploadfile; filename=plain.png; filename*=utf-8'de'na%C3%AFve.png", "naïve.png"),
        (b"name=uploadfile; filename*=iso-8859-1''caf%E9.png", "café.png"),
        (b'name="uploadfile"; filename="caf\xe9.png"', "café.png"),
        (b'name="uploadfile"; filename="caf\xc3\xa9.png"', "café.png"),
    ],
)
def test_form_part_with_unusual_filename_is_accepted(site: Site, head: bytes, kept: str) -> None:
    status, _, image_id = send(site, form((head, PHOTO + head))).partition(" ")
    assert status == "200"
    assert site.services.images.get(image_id).filename == kept


def test_form_part_with_latin1_text_and_utf8_text_is_read(site: Site) -> None:
    path = f"/image/{site.add().id}/update_title"
    contenttype = {"Content-Type": "multipart/form-data; boundary=XX"}
    assert site.app.post(path, form((b'name="value"', "Café".encode())), contenttype).text == "Café"
    latin1 = in_charset("latin1", "Café".encode("latin-1"))
    assert site.app.post(path, latin1, contenttype).text == "Café"


@pytest.mark.parametrize("path", ["/login", "/image/ID/rate", "/selection/", "/accounts/"])
@pytest.mark.parametrize("kind", ["urlencoded", "multipart", "file"])
def test_form_without_files_larger_than_limit_returns_413(site: Site, path: str, kind: str) -> None:
    path = path.replace("ID", site.add().id)
    if kind == "urlencoded":
        body, contenttype = b"name=" + b"%" * 900_000, "application/x-www-form-urlencoded"
    elif kind == "multipart":
        body = form(*[(b'name="name"', b"a" * 10_000)] * 90)
        contenttype = "multipart/form-data; boundary=XX"
    else:
        body = form((b'name="uploadfile"; filename="a"', b"a" * 200_000))
        contenttype = "multipart/form-data; boundary=XX"
    began = time.monotonic()
    response = site.app.post(path, body, {"Content-Type": contenttype}, status=413)
    assert time.monotonic() - began < 0.5
    assert response.text.startswith("The form is too large: ")


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Return the list of the temporary files that the test opens."""
    files = []
    make = tempfile.TemporaryFile

    def noted(*args: Any, **kwargs: Any) -> Any:
        files.append(make(*args, **kwargs))
        return files[-1]

    monkeypatch.setattr(tempfile, "TemporaryFile", noted)
    return files


@pytest.mark.parametrize(
    ("length", "error"), [(200_000, TooLarge), (90_000, BadInput)], ids=["too large", "cut off"]
)
def test_file_of_a_refused_form_is_closed(
    length: int, error: type[Exception], opened: list[Any]
) -> None:
    body = upload_form(b"a.jpeg", bytes(length))[:-20]
    environ = {
        "CONTENT_TYPE": "multipart/form-data; boundary=XX",
        "CONTENT_LENGTH": str(len(body)),
        "wsgi.input": io.BytesIO(body),
    }
    with pytest.raises(error):
        list(fields_of(environ, 100_000))
    assert [file.closed for file in opened] == [True]


def test_copy_of_a_long_json_body_is_closed(site: Site, opened: list[Any]) -> None:
    site.app.post_json("/api/v1/collections", {"title": "a" * 20_000}, status=400)
    assert [file.closed for file in opened] == [True]


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EMFILE, errno.ENFILE, errno.EDQUOT])
def test_upload_without_disk_space_or_descriptors_returns_503(
    site: Site, number: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*args: object, **kwargs: object) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(tempfile, "TemporaryFile", fail)
    big = upload_form(b"a.jpeg", PHOTO + bytes(70_000))
    response = site.app.post(
        API, big, {"Content-Type": "multipart/form-data; boundary=XX"}, status=503
    )
    assert response.headers["Retry-After"]
    assert "No space" not in response.text


@pytest.mark.parametrize(
    ("path", "field", "rest"),
    [
        ("/image/ID/update_title", "back", {"value": "x"}),
        ("/image/ID/references", "others", {"artnr": "1"}),
        ("/selection/", "id", {"action": "tag", "tags": "x"}),
        ("/selection/", "tags", {"action": "tag", "id": "ID"}),
        ("/trash/", "id", {"action": "restore"}),
        ("/upload/", "title", {}),
        ("/upload/known", "tags", {"id": "ID"}),
        ("/login", "password", {"name": "alice"}),
    ],
)
def test_file_in_text_field_returns_400(
    site: Site, path: str, field: str, rest: dict[str, str]
) -> None:
    image_id = site.add().id
    fields = {name: value.replace("ID", image_id) for name, value in rest.items()}
    response = site.app.post(
        path.replace("ID", image_id), fields, upload_files=[(field, "a", b"1")], status=400
    )
    assert f"The field '{field}' is a file" in response.text


@pytest.mark.parametrize("charset", ["UTF-8", "us-ascii", "ISO-8859-1", "latin1", "windows-1252"])
def test_form_text_charset_is_decoded(site: Site, charset: str) -> None:
    kinds = [
        (f"application/x-www-form-urlencoded; charset={charset}", b"value=abc"),
        (f"multipart/form-data; boundary=XX; charset={charset}", form((b'name="value"', b"abc"))),
        ("multipart/form-data; boundary=XX", in_charset(charset, b"abc")),
    ]
    path = f"/image/{site.add().id}/update_title"
    for contenttype, body in kinds:
        assert site.app.post(path, body, {"Content-Type": contenttype}).text == "abc"


# Some are no charsets of texts, and punycode takes hours for a megabyte.
@pytest.mark.parametrize("charset", ["punycode", "idna", "rot13", "zlib", "undefined", "no-such"])
def test_unknown_form_charset_returns_400(site: Site, charset: str) -> None:
    kinds = [
        (f"application/x-www-form-urlencoded; charset={charset}", b"value=abc"),
        (f"multipart/form-data; boundary=XX; charset={charset}", form((b'name="value"', b"abc"))),
        ("multipart/form-data; boundary=XX", in_charset(charset, b"abc")),
    ]
    for contenttype, body in kinds:
        response = site.app.post("/login", body, {"Content-Type": contenttype}, status=400)
        assert response.text.startswith(f"The form cannot be read: its charset is '{charset}'")


def in_charset(charset: str, content: bytes) -> bytes:
    """Return a form with a text part whose Content-Type names its charset."""
    kind = b'name="value"\r\nContent-Type: text/plain; charset=' + charset.encode()
    return form((kind, content))
