"""Host names and origins are compared without regard to case, default port and final dot."""

from __future__ import annotations

from pathlib import Path

import pytest

from huimages_app.config.settings import Settings
from huimages_app.errors import BadSetting
from tests.support import pictures
from tests.support.site import Site

FILES = [("uploadfile", "a.jpeg", pictures.photo(60, 40))]


@pytest.mark.parametrize(
    ("setting", "host"),
    [
        ("Pictures.Example.com", "pictures.example.com"),
        ("localhost", "LOCALHOST:6543"),
        ("example.com", "example.com.:80"),
        ("[::1]", "[::1]:6543"),
        ("127.0.0.1 A.example", "a.EXAMPLE"),
    ],
)
def test_host_in_any_case_is_accepted(tmp_path: Path, setting: str, host: str) -> None:
    site = Site(tmp_path, hosts=setting)
    headers = {"Host": host}
    image_id = site.app.post("/upload/api/", upload_files=FILES, headers=headers).text
    for path in ("/", *[f"/30x20/{image_id}.jpeg"] * 2):  # a page, a miss, a hit
        site.app.get(path, headers=headers, status=200)
        response = site.app.get(path, headers={"Host": "other.example"}, status=400)
        assert (
            "'other.example' is not a host of this site; if it should be one, add it to "
            "huimages.hosts" in response.text
        )
    site.close()


@pytest.mark.parametrize("setting", ["example.com:80", "https://example.com", "example.com/"])
def test_setting_hosts_with_more_than_a_name_is_refused(setting: str) -> None:
    with pytest.raises(BadSetting, match=r"huimages\.hosts.*host names without port"):
        Settings.read({"huimages.hosts": setting})


@pytest.mark.parametrize(
    "origin",
    ["https://www.example.com", "https://WWW.Example.com", "https://www.example.com:443"],
)
@pytest.mark.parametrize("setting", ["https://WWW.example.com/", "HTTPS://www.example.com:443"])
def test_own_origin_in_any_case_is_accepted(tmp_path: Path, setting: str, origin: str) -> None:
    site = Site(tmp_path, origins=setting)
    site.app.post("/upload/api/", upload_files=FILES, headers={"Origin": origin}, status=200)
    for other in ("https://www.example.com:8443", "http://www.example.com", "null"):
        site.app.post("/upload/api/", upload_files=FILES, headers={"Origin": other}, status=400)
    site.close()


def test_origin_matches_host_header_in_other_case(site: Site) -> None:
    headers = {"Host": "LOCALHOST:6543", "Origin": "http://localhost:6543"}
    site.app.post("/upload/api/", upload_files=FILES, headers=headers, status=200)


def test_api_origin_in_other_case_may_make_changes(tmp_path: Path) -> None:
    site = Site(tmp_path, api_origins="https://Shop.example.com/")
    headers = {"Origin": "https://shop.example.com", "Access-Control-Request-Method": "PATCH"}
    response = site.app.options("/api/v1/images", headers=headers, status=204)
    assert "PATCH" in response.headers["Access-Control-Allow-Methods"]
    site.close()


@pytest.mark.parametrize("setting", ["example.com", "https://example.com/pictures", "ftp://a.b"])
def test_setting_origins_with_other_text_is_refused(setting: str) -> None:
    with pytest.raises(BadSetting, match=r"huimages\.origins"):
        Settings.read({"huimages.origins": setting})
