"""The memory of responses: its bounds, and the matching of requests and responses."""

from __future__ import annotations

from pathlib import Path

from huimages_app.web.kept_responses import KeptResponse, KeptResponses, identity

HEADER_LINES = b"Host: example.com\r\n\r\n"


def request(path: str, lines: bytes = HEADER_LINES) -> bytes:
    return f"GET {path} HTTP/1.1\r\n".encode() + lines


def response(file: Path, body: bytes, variant: str = "http jpeg") -> KeptResponse:
    file.write_bytes(body)
    return KeptResponse(
        variant=variant,
        file=str(file),
        identity=identity(file.stat()),
        headers=[("Content-Length", str(len(body)))],
        body=body,
    )


def body_of(kept: KeptResponses, text: bytes) -> bytes | None:
    found = kept.find(text)
    return None if found is None else found.partition(b"\r\n\r\n")[2]


def test_response_is_found_by_line_and_variant(tmp_path: Path) -> None:
    kept = KeptResponses(10_000, lambda seconds: None)
    webp = b"Accept: image/webp\r\n\r\n"
    kept.keep(request("/a"), response(tmp_path / "a", b"jpeg"))
    kept.keep(request("/a", webp), response(tmp_path / "b", b"webp", "http webp"))
    kept.keep(request("/b"), response(tmp_path / "c", b"other"))
    assert body_of(kept, request("/a")) == b"jpeg"
    assert body_of(kept, request("/a", webp)) == b"webp"
    assert body_of(kept, request("/b", webp)) is None
    assert body_of(kept, request("/b")) == b"other"


def test_request_that_differs_is_not_found(tmp_path: Path) -> None:
    kept = KeptResponses(10_000, lambda seconds: None)
    kept.keep(request("/a"), response(tmp_path / "a", b"a"))
    for other in (
        request("/a", b"Range: bytes=0-1\r\n\r\n"),
        request("/a")[:-2],
        request("/a") + request("/a"),
        request("/a").replace(b"GET", b"HEAD"),
        request("/a").replace(b"/1.1", b"/1.0"),
        b"",
    ):
        assert kept.find(other) is None


def test_response_is_forgotten_with_its_file(tmp_path: Path) -> None:
    kept = KeptResponses(10_000, lambda seconds: None)
    kept.keep(request("/a"), response(tmp_path / "a", b"a"))
    (tmp_path / "a").unlink()
    assert kept.find(request("/a")) is None


def test_least_recently_used_responses_are_forgotten(tmp_path: Path) -> None:
    kept = KeptResponses(10_000, lambda seconds: None)
    for name in ("a", "b"):
        kept.keep(request(f"/{name}"), response(tmp_path / name, bytes(3000)))
    assert kept.find(request("/a")) is not None
    kept.keep(request("/c"), response(tmp_path / "c", bytes(3000)))
    assert kept.find(request("/b")) is None
    assert kept.find(request("/a")) is not None
    assert kept.find(request("/c")) is not None


def test_response_larger_than_the_memory_is_not_kept(tmp_path: Path) -> None:
    kept = KeptResponses(2000, lambda seconds: None)
    kept.keep(request("/a"), response(tmp_path / "a", bytes(3000)))
    assert kept.find(request("/a")) is None


def test_many_kinds_of_header_lines_and_replaced_responses_keep_the_bounds(tmp_path: Path) -> None:
    kept = KeptResponses(10_000, lambda seconds: None)
    one = response(tmp_path / "a", bytes(3000))
    for number in range(1100):
        kept.keep(request("/a", b"User-Agent: %d\r\n\r\n" % number), one)
    assert kept.find(request("/a", b"User-Agent: 0\r\n\r\n")) is None
    assert kept.find(request("/a", b"User-Agent: 1099\r\n\r\n")) is not None
    kept.keep(request("/b", b"User-Agent: 1099\r\n\r\n"), response(tmp_path / "b", bytes(3000)))
    assert kept.find(request("/a", b"User-Agent: 1099\r\n\r\n")) is not None


def test_long_request_is_not_kept(tmp_path: Path) -> None:
    kept = KeptResponses(100_000, lambda seconds: None)
    one = response(tmp_path / "a", b"a")
    for text in (request("/a" * 2000), request("/a", b"Cookie: %s\r\n\r\n" % bytes(3000))):
        kept.keep(text, one)
        assert kept.find(text) is None
