"""Sources of values of settings."""

from operator import attrgetter

import pytest

from huimages_app.config import parsers
from huimages_app.config.cores import usable_cores
from huimages_app.config.settings import Settings
from huimages_app.config.spec import PREFIX, variable_of

from .conftest import ROWS, read, text_for

SECRETS = [row for _, row in ROWS if row.secret]


def test_empty_settings_use_embedded_storage():
    settings = Settings.read({})

    assert settings == Settings()
    assert (settings.originals, settings.metadata) == ("files", "sqlite")
    assert settings.upload.max_bytes == 64_000_000
    assert settings.upload.max_pixels == 100_000_000
    assert settings.upload.max_pixels_whole == 50_000_000


@pytest.mark.parametrize(("name", "row"), ROWS, ids=[row.key for _, row in ROWS])
def test_every_setting_is_read_from_ini_file_and_environment(name, row):
    text = text_for(name, row)

    by_ini = read({row.key: text})
    by_environment = read({row.key: "overridden by the environment"}, {row.variable: text})

    assert attrgetter(name)(by_ini) != attrgetter(name)(Settings())
    assert by_environment == by_ini


@pytest.mark.parametrize("row", SECRETS, ids=lambda row: row.key)
def test_every_secret_is_read_from_a_file(row, tmp_path):
    is_url = row.parser in {parsers.web_url, parsers.web_urls}
    value = "https://from.example/" if is_url else "f" * 40
    if row.parser is parsers.header_lines:
        value = "X-Key: " + value
    file = tmp_path / "secret"
    file.write_text(value + "\n")

    assert read({row.key: value}) == read({row.file_key: str(file)})
    assert read({row.key: value}) == read({}, {variable_of(row.file_key): str(file)})


def test_environment_overrides_ini_file_as_value_and_as_file(tmp_path):
    file = tmp_path / "secret"
    file.write_text("e" * 40)
    other = tmp_path / "other"
    other.write_text("o" * 40)
    in_ini = {"huimages.secret_file": str(other)}

    assert read(in_ini, {"HUIMAGES_SECRET": "v" * 40}).secret == "v" * 40
    assert read(in_ini, {"HUIMAGES_SECRET_FILE": str(file)}).secret == "e" * 40
    by_value = {"huimages.secret": "i" * 40}
    assert read(by_value, {"HUIMAGES_SECRET_FILE": str(file)}).secret == "e" * 40


def test_keys_and_variables_of_settings_are_unique():
    variables = [row.variable for _, row in ROWS]
    variables += [variable_of(row.file_key) for row in SECRETS]

    assert len(set(variables)) == len(variables)
    assert all(row.key.startswith(PREFIX) for _, row in ROWS)


def test_attribute_has_the_name_of_its_key():
    for name, row in ROWS:
        assert name in {
            row.key.removeprefix(PREFIX),
            row.key.removeprefix(PREFIX).replace(".", "_"),
            # A key that is the name of a group, too, as huimages.quality.
            row.key.removeprefix(PREFIX) + ".mode",
        }


@pytest.mark.parametrize(
    ("variable", "name", "value"),
    [
        ("HUIMAGESCOUCHSERVER", "couchdb.url", "http://couch.example:5984"),
        ("COUCHSERVER", "couchdb.url", "http://couch.example:5984"),
        ("HUIMAGES3BUCKET", "s3.bucket", "old-bucket"),
        ("S3BUCKET", "s3.bucket", "old-bucket"),
        ("IMAGESERVERURL", "image_url", "http://i.example.com"),
        ("HUIMAGESALTADDITION", "alt_addition", "bei Beispiel"),
    ],
)
def test_classic_variable_is_used_where_no_setting_is_given(variable, name, value):
    key = next(row.key for column, row in ROWS if column == name)
    mine = "https://mine.example" if "url" in name else "mine"

    assert attrgetter(name)(Settings.read({}, {variable: value})) == value
    assert attrgetter(name)(Settings.read({key: mine}, {variable: value})) == mine
    assert Settings.read({}, {variable: ""}) == Settings()


def test_newer_classic_variable_overrides_the_older_one():
    environ = {"S3BUCKET": "older", "HUIMAGES3BUCKET": "newer"}

    assert Settings.read({}, environ).s3.bucket == "newer"


def test_keys_of_other_programs_are_ignored():
    assert Settings.read({"pyramid.reload_templates": "true", "here": "/srv"}) == Settings()


def test_workers_auto_is_one_per_usable_core():
    cores = usable_cores()
    assert read({"huimages.workers": "auto"}).workers == cores
    assert read({"huimages.workers": "1"}).parallel_renditions == cores
    assert read({"huimages.workers": str(cores + 1)}).parallel_renditions == 1
    assert read({"huimages.workers": "2", "huimages.render.at_once": "7"}).parallel_renditions == 7
