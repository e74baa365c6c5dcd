"""Values of settings: which are valid, and which stop the start."""

import dataclasses
import logging
from pathlib import Path

import pytest

from huimages_app.config import parsers
from huimages_app.config.settings import Settings
from huimages_app.config.spec import PREFIX
from huimages_app.domain.sizes import Size
from huimages_app.errors import BadSetting

from .conftest import ROWS, SECRET, read

SECRETS = [row for _, row in ROWS if row.secret]


def refusal(*args, **kwargs):
    with pytest.raises(BadSetting) as caught:
        Settings.read(*args, **kwargs)
    message = str(caught.value)
    assert "\n" not in message
    return message


def test_unknown_key_is_reported_with_the_nearest_known_key():
    assert refusal({"huimages.orignals": "files"}) == (
        "unknown setting 'huimages.orignals' (did you mean 'huimages.originals'?)"
    )
    assert "'huimages.secret_file'" in refusal({"huimages.secret_fiel": "x"})
    assert refusal({"huimages.zzzzzzzzzzzzzzz": ""}) == "unknown setting 'huimages.zzzzzzzzzzzzzzz'"
    # Only secrets are read from files.
    assert "unknown setting" in refusal({"huimages.originals_file": "x"})


@pytest.mark.parametrize(
    ("key", "bad"),
    [
        ("originals", "ftp"),
        ("originals", ""),
        ("originals.path", ""),
        ("originals.fallbacks", "couchdb files:"),
        ("originals.fallbacks", "elsewhere"),
        ("s3.endpoint_url", "storage.example:9000"),
        ("image_url", "https://"),
        ("s3.read_timeout", "0"),
        ("s3.read_timeout", "inf"),
        ("s3.read_timeout", "nan"),
        ("s3.read_timeout", "soon"),
        ("upload.max_frames", "-1"),
        ("render.requests", "0"),
        ("upload.max_frames", "1.5"),
        ("cache.max_bytes", ""),
        ("cache.max_bytes", "64 XB"),
        ("cache.max_bytes", "-1 MB"),
        ("cache.max_bytes", "1..5 GB"),
        ("cache.max_bytes", "_"),
        ("quality.jpeg", "0"),
        ("quality.jpeg", "101"),
        ("sizes", "wide 1200x300"),
        ("sizes", "= 1200x300"),
        ("sizes", "wide ="),
    ],
)
def test_malformed_value_is_reported_with_the_expected_form(key, bad):
    key = PREFIX + key
    row = next(row for _, row in ROWS if row.key == key)

    assert refusal({key: bad}) == f"setting '{key}': {bad!r} is not {parsers.expected(row.parser)}"
    assert refusal({}, {row.variable: bad}).startswith(f"setting '{row.variable}': ")


def test_values_at_the_bounds_are_accepted():
    assert read({"huimages.quality.jpeg": "1"}).quality.jpeg == 1
    assert read({"huimages.quality.jpeg": "100"}).quality.jpeg == 100
    assert read({"huimages.upload.max_frames": "0"}).upload.max_frames == 0
    assert read({"huimages.secret": SECRET}).secret == SECRET
    assert "at least 32" in refusal({"huimages.secret": SECRET[1:]})


def test_contradictory_settings_are_refused():
    assert "'huimages.s3.bucket' is missing" in refusal({"huimages.originals": "s3"})
    assert "'huimages.sizes': line 'WIDE = 1x1': 'WIDE'" in refusal(
        {"huimages.sizes": "WIDE = 1x1"}
    )
    assert "'huimages.sizes': line 'wide = 0x0': '0x0'" in refusal({"huimages.sizes": "wide = 0x0"})
    assert "'huimages.sizes.allowed': 'wide'" in refusal({"huimages.sizes.allowed": "vga wide"})


@pytest.mark.parametrize("key", ["sizes", "sizes.allowed", "upload.sizes"])
def test_padded_size_beyond_max_pixels_stops_the_start(key):
    size = "wide = 1001x1000=" if key == "sizes" else "1001x1000="
    ini = {f"huimages.{key}": size, "huimages.render.max_pixels": "1 MP"}

    message = refusal(ini)

    assert message.startswith(f"setting 'huimages.{key}': the size 1001x1000= has 1,001,000 pixels")
    assert "huimages.render.max_pixels" in message
    read({**ini, "huimages.render.max_pixels": "1.001 MP"})


@pytest.mark.parametrize(
    ("text", "sizes"),
    [
        ("600x600=7,f4f4f4 vga", ("600x600=7,f4f4f4", "vga")),
        ("600x600=7,f4f4f4, vga", ("600x600=7,f4f4f4", "vga")),
        ("75x75!30,70,\n  vga\n", ("75x75!30,70", "vga")),
        ("vga,", ("vga",)),
        ("", ()),
        ("vga,mini", ("vga,mini",)),
    ],
)
def test_size_list_divides_at_commas_only_before_blanks(text, sizes):
    assert parsers.size_list(text) == sizes


def test_secret_given_as_value_and_as_file_is_refused(tmp_path):
    both = {"huimages.secret": SECRET, "huimages.secret_file": str(tmp_path / "x")}

    assert "'huimages.secret' and 'huimages.secret_file' are both given" in refusal(both)


def test_missing_or_binary_secret_file_is_refused(tmp_path):
    binary = tmp_path / "binary"
    binary.write_bytes(b"\xff\xfe")

    for name in (str(tmp_path / "nothing"), str(binary)):
        message = refusal({"huimages.secret_file": name})
        assert message.startswith(f"setting 'huimages.secret_file': {name!r} can't be read")


def test_secrets_are_in_no_message_and_no_repr():
    assert "hush" not in refusal({"huimages.couchdb.url": "couch:hush@x"})
    settings = read({row.key: "https://hush.example/hush-hush-hush-hush" for row in SECRETS})
    assert "hush" not in repr(settings)
    assert "bucket" in repr(settings)


def test_misspelled_variable_is_logged_as_a_warning(caplog):
    with caplog.at_level(logging.WARNING):
        read({}, {"HUIMAGES_SECRET_FIEL": "x", "HUIMAGES_PORT_6543_TCP": "tcp://…", "PATH": "/bin"})

    assert [record.getMessage() for record in caplog.records] == [
        "variable HUIMAGES_SECRET_FIEL is no setting (did you mean HUIMAGES_SECRET_FILE?)"
    ]


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("0", 0),
        ("5000000", 5_000_000),
        ("5_000_000", 5_000_000),
        ("999 B", 999),
        ("1k", 1000),
        ("64 MB", 64_000_000),
        ("64mb", 64_000_000),
        ("64 M", 64_000_000),
        ("1.5 GB", 1_500_000_000),
        ("2 TB", 2 * 10**12),
        ("100 MP", 100_000_000),
        ("1.1 TB", 1_100_000_000_000),
    ],
)
def test_amount_with_unit_is_parsed(text, number):
    assert parsers.amount(text) == number


def test_interval_of_zero_switches_a_periodic_task_off():
    assert read({"huimages.cache.follow": "0"}).cache.follow == 0
    assert read({"huimages.cache.follow": "0.5"}).cache.follow == 0.5
    assert "a number of seconds, as in 2.5, or 0" in refusal({"huimages.cache.follow": "-1"})
    assert "a number of seconds above 0" in refusal({"huimages.couchdb.timeout": "0"})


def test_lists_locations_tables_and_paths_are_parsed():
    assert read({"huimages.sizes.allowed": "named, 240x160\n  75x75!"}).sizes_allowed == (
        "named",
        "240x160",
        "75x75!",
    )
    assert parsers.locations("couchdb, files:/srv/old\ns3:b/p") == (
        "couchdb",
        "files:/srv/old",
        "s3:b/p",
    )
    assert parsers.path("~/x") == Path.home() / "x"
    settings = read({"huimages.sizes": "\n  wide = 1200x300!\n\n  tall=20x200  "})
    assert settings.sizes == {"wide": "1200x300!", "tall": "20x200"}
    assert settings.named_sizes["wide"] == Size(1200, 300, crop=True)
    assert settings.named_sizes["square"] == Size(75, 75, crop=True)


def test_settings_are_immutable():
    with pytest.raises(dataclasses.FrozenInstanceError):
        Settings().originals = "s3"
    assert Settings().sizes is not Settings().sizes
