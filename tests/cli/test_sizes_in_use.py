"""`sizes-in-use` on access logs of the formats that web servers write."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from huimages_app.config.settings import Settings
from huimages_app.domain.sizes import Size
from huimages_app.services.size_policy import SizePolicy

from .conftest import Command

ID = "RPKPTQZLXURQDWIFB55JIOABT4VUACRK01"
DATE = "[01/Apr/2009:12:00:00 +0200]"


def combined(path: str, status: int = 200) -> str:
    return f'192.0.2.1 - - {DATE} "GET {path} HTTP/1.1" {status} 999 "http://a.example/" "Fox"'


def write(folder: Path, *lines: str) -> Path:
    path = folder / "access.log"
    path.write_text("\n".join(lines) + "\n")
    return path


@pytest.mark.parametrize(
    "line",
    [
        f'192.0.2.1 - - {DATE} "GET /320x240/{ID} HTTP/1.0" 200 2326',  # common
        combined(f"/320x240/{ID}.jpeg"),
        f'192.0.2.1 images.example - {DATE} "GET /320x240/{ID}/a.jpeg HTTP/1.1" 304 0 "-" "-"',
        f'images.example:80 192.0.2.1 - - {DATE} "HEAD /320x240/{ID} HTTP/1.1" 206 1 "-" "-"',
        combined(f"http://images.example/320x240/{ID}?v=1"),
        combined(f"/images/320x240/{ID}.jpeg"),
    ],
    ids=["common", "combined", "lighttpd", "vhost", "absolute URL", "path prefix"],
)
def test_size_is_found_in_each_log_format(huimages: Command, tmp_path: Path, line: str) -> None:
    ran = huimages("sizes-in-use", write(tmp_path, line))
    assert ran == (
        0,
        ["# 320x240: 1 request", "huimages.sizes.allowed = legacy 320x240"],
        [],
    )


def test_sizes_are_counted_and_sorted_by_requests(huimages: Command, tmp_path: Path) -> None:
    log = write(
        tmp_path,
        *[combined(f"/{size}/{ID}.jpeg") for size in ("o", "mini", "150x150", "300x200")],
        *[combined(f"/75x75%21/{ID}")] * 2,
        *[combined(f"/99x99!/{ID}")] * 3,
    )
    ran = huimages("sizes-in-use", log)
    assert ran.out[0] == "# 99x99!: 3 requests"
    assert "# o: 1 request, part of legacy" in ran.out
    assert "# 23x40: 1 request, part of legacy" in ran.out
    assert ran.out[-1] == "huimages.sizes.allowed = legacy 99x99! 300x200"
    assert huimages("sizes-in-use", log, "--at-least", "2").out[-1].endswith("legacy 99x99!")


def test_printed_setting_allows_the_urls_of_the_log(huimages: Command, tmp_path: Path) -> None:
    sizes = ["o", "150x150", "vga", "square", "320x240", "640x480!"]
    log = write(tmp_path, *[combined(f"/{size}/{ID}") for size in sizes])
    key, _, value = huimages("sizes-in-use", log).out[-1].partition(" = ")
    settings = Settings.read({key: value, "huimages.secret": "x" * 32}, {})
    policy = SizePolicy.of(settings)
    assert all(policy.allows(Size.parse(size)) for size in sizes)
    assert not policy.allows(Size(321, 240))


def test_other_requests_are_ignored(huimages: Command, tmp_path: Path) -> None:
    log = write(
        tmp_path,
        combined(f"/320x240/{ID}"),
        combined(f"/111x111/{ID}", 404),
        combined(f"/222x222/{ID}", 403),
        combined("/image/favorites/"),
        combined(f"/333x333/{ID[:-3]}"),
        combined(f"/x?/444x444/{ID}"),
        "nonsense " * 20_000,
        "\0\xff",
    )
    ran = huimages("sizes-in-use", log)
    assert ran.out[-1] == "huimages.sizes.allowed = legacy 320x240"


def test_unsupported_size_is_reported(huimages: Command, tmp_path: Path) -> None:
    log = write(tmp_path, combined(f"/0320x240/{ID}"), combined(f"/vga/{ID}"))
    ran = huimages("sizes-in-use", log)
    assert ran.status == 0
    assert ran.err == ["huimages: not a size of huimages: '0320x240' (1 request)"]
    assert ran.out[-1] == "huimages.sizes.allowed = legacy"


def test_several_and_compressed_logs_are_read(huimages: Command, tmp_path: Path) -> None:
    plain = write(tmp_path, combined(f"/1x1/{ID}"))
    packed = tmp_path / "access.log.1.gz"
    packed.write_bytes(gzip.compress(combined(f"/2x2/{ID}").encode()))
    ran = huimages("sizes-in-use", plain, packed)
    assert ran.out[-1] == "huimages.sizes.allowed = legacy 1x1 2x2"


def test_damaged_log_is_reported_and_others_are_read(huimages: Command, tmp_path: Path) -> None:
    plain = write(tmp_path, combined(f"/1x1/{ID}"))
    damaged = tmp_path / "damaged.gz"
    damaged.write_bytes(b"no gzip")
    ran = huimages("sizes-in-use", damaged, plain)
    assert ran.status == 1
    assert ran.err[0].startswith(f"{damaged}: ")
    assert ran.out[-1] == "huimages.sizes.allowed = legacy 1x1"


def test_log_without_images_is_rejected(huimages: Command, tmp_path: Path) -> None:
    ran = huimages("sizes-in-use", write(tmp_path, combined("/")))
    assert (ran.status, ran.out, len(ran.err)) == (2, [], 1)
    assert "no request for an image in 1 access log" in ran.err[0]
    assert huimages("sizes-in-use", tmp_path / "missing.log").status == 2
