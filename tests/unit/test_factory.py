"""Tests of the backends that settings select."""

from __future__ import annotations

import subprocess
import sys
from io import BytesIO
from pathlib import Path

import pytest

from huimages_app.backends import make_originals, originals_at
from huimages_app.config.settings import Settings
from huimages_app.domain.ids import image_id
from huimages_app.errors import BadSetting, StorageUnavailable
from huimages_app.storage.couchdb import AttachmentOriginals
from huimages_app.storage.interfaces import OriginalInfo
from huimages_app.storage.originals.fallback import FallbackOriginals
from huimages_app.storage.originals.filesystem import FileOriginals
from huimages_app.storage.originals.s3 import S3Originals
from tests.support.pictures import photo

CHECKOUT = Path(__file__).resolve().parents[2]
INFO = OriginalInfo("image/jpeg", 1, 1)


def settings(**texts: str) -> Settings:
    return Settings.read(
        {"huimages." + key.replace("__", "."): each for key, each in texts.items()}
    )


def test_files_alone_import_no_client_of_other_storage(tmp_path: Path) -> None:
    code = (
        "import sys; from huimages_app.config.settings import Settings;"
        "from huimages_app.factory import build_services;"
        "build_services(Settings.read({}));"
        "print({'boto3', 'couchdb', 'urllib3'} & set(sys.modules))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        env={"PYTHONPATH": str(CHECKOUT)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == "set()\n"


def test_s3_settings_give_s3_originals() -> None:
    store = make_originals(
        settings(originals="s3", s3__bucket="pictures", s3__endpoint_url="http://127.0.0.1:9")
    )
    assert isinstance(store, S3Originals)
    with pytest.raises(StorageUnavailable):
        store.check()
    store.close()


@pytest.mark.parametrize("half", ["s3__access_key_id", "s3__secret_access_key"])
def test_only_one_of_two_s3_keys_is_refused(half: str) -> None:
    with pytest.raises(BadSetting, match="only one of the settings"):
        originals_at("s3:bucket", settings(**{half: "a-key"}))


def test_unknown_location_is_refused() -> None:
    with pytest.raises(BadSetting, match="'ftp:somewhere' is no location"):
        originals_at("ftp:somewhere", settings())


def test_location_prefix_selects_the_backend() -> None:
    assert isinstance(originals_at("files:/nowhere", settings()), FileOriginals)
    assert isinstance(originals_at("s3:bucket/old/", settings()), S3Originals)
    assert isinstance(originals_at("couchdb", settings()), AttachmentOriginals)


@pytest.mark.parametrize("content", [photo(), b"a file of a legacy site that is not a picture"])
def test_original_in_a_fallback_is_copied_to_the_first_location(
    tmp_path: Path, content: bytes
) -> None:
    old = FileOriginals(tmp_path / "old")
    identifier = image_id(content)
    old.put(identifier, BytesIO(content), INFO)
    store = make_originals(
        settings(
            originals__path=str(tmp_path / "new"),
            originals__fallbacks=f"files:{tmp_path / 'old'}",
        )
    )
    assert isinstance(store, FallbackOriginals)
    with store.open(identifier) as file:
        assert file.read() == content
    assert FileOriginals(tmp_path / "new").length(identifier) == len(content)


def test_missing_fallback_folder_raises_storage_unavailable(tmp_path: Path) -> None:
    store = make_originals(
        settings(
            originals__path=str(tmp_path / "new"),
            originals__fallbacks=f"files:{tmp_path / 'mistyped'}",
        )
    )
    assert not (tmp_path / "mistyped").exists()
    with pytest.raises(StorageUnavailable):
        store.length(image_id(b"any"))
