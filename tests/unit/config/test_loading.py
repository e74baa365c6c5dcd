from __future__ import annotations

from pathlib import Path

import pytest

from huimages_app.config.loading import read_settings
from huimages_app.errors import BadSetting
from tests.support.services import ini_in

CLASSIC = {
    "HUIMAGESCOUCHSERVER": "http://couch.example:5984",
    "HUIMAGES3BUCKET": "pictures",
    "IMAGESERVERURL": "http://i.example/",
    "HUIMAGESALTADDITION": "- Shop",
}


def test_classic_variables_select_couchdb_and_s3() -> None:
    settings = read_settings(None, CLASSIC)
    assert (settings.metadata, settings.couchdb.url) == ("couchdb", "http://couch.example:5984")
    assert (settings.originals, settings.s3.bucket) == ("s3", "pictures")
    assert settings.originals_fallbacks == ("couchdb",)
    assert (settings.image_url, settings.alt_addition) == ("http://i.example/", "- Shop")


def test_oldest_classic_variables_select_couchdb_and_s3() -> None:
    settings = read_settings(None, {"COUCHSERVER": "http://couch.example", "S3BUCKET": "pictures"})
    assert (settings.metadata, settings.couchdb.url) == ("couchdb", "http://couch.example")
    assert (settings.originals, settings.s3.bucket) == ("s3", "pictures")


def test_one_classic_variable_selects_one_store() -> None:
    couch = read_settings(None, {"HUIMAGESCOUCHSERVER": "http://couch.example"})
    assert (couch.metadata, couch.originals) == ("couchdb", "files")
    assert couch.originals_fallbacks == ("couchdb",)
    s3 = read_settings(None, {"HUIMAGES3BUCKET": "pictures"})
    assert (s3.metadata, s3.originals, s3.originals_fallbacks) == ("sqlite", "s3", ())
    neither = read_settings(None, {"HUIMAGESCOUCHSERVER": ""})
    assert (neither.metadata, neither.originals) == ("sqlite", "files")


def test_current_variables_override_classic_variables() -> None:
    settings = read_settings(
        None, {**CLASSIC, "HUIMAGES_METADATA": "sqlite", "HUIMAGES_ORIGINALS": "files"}
    )
    assert (settings.metadata, settings.originals) == ("sqlite", "files")


def test_ini_file_overrides_stores_of_classic_variables(tmp_path: Path) -> None:
    ini = ini_in(tmp_path)
    for settings in (
        read_settings(ini, CLASSIC),
        read_settings(None, {**CLASSIC, "HUIMAGES_CONFIG": str(ini)}),
    ):
        assert (settings.metadata, settings.originals) == ("sqlite", "files")
        assert settings.originals_path == tmp_path / "originals"
        assert settings.couchdb.url == "http://couch.example:5984"


def test_invalid_interpolation_in_ini_file_is_reported(tmp_path: Path) -> None:
    with pytest.raises(BadSetting, match=r"site\.ini can't be read"):
        read_settings(ini_in(tmp_path, alt_addition="100 %(sure)s"), {})
