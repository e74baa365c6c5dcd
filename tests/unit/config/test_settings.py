"""The table of settings: where values come from, and what stops the start."""

import dataclasses
import logging
from operator import attrgetter
from pathlib import Path

import pytest

from huimages_app.config import docs, parsers
from huimages_app.config.cores import usable_cores
from huimages_app.config.settings import Settings
from huimages_app.config.spec import PREFIX, variable_of
from huimages_app.domain.sizes import Size
from huimages_app.errors import BadSetting
from huimages_app.services.keys import with_secret

SECRET = "s" * 32
ROWS = list(Settings.rows())
SECRETS = [row for _, row in ROWS if row.secret]

# For every cast a text that is taken and is no setting's default.
TEXTS = {
    parsers.text: "something",
    parsers.networks: "127.0.0.1 10.0.0.0/8 ::1",
    parsers.path: "/srv/elsewhere",
    parsers.optional_file: "/srv/elsewhere",
    parsers.web_url: "https://elsewhere.example:8443/",
    parsers.web_urls: "https://a.example:6984/ https://b.example:6984/",
    parsers.whole: "17",
    parsers.positive: "12",
    parsers.seconds: "1.25",
    parsers.amount: "3 GB",
    parsers.processes: "3",
    parsers.pause: "0",
    parsers.share: "0.25",
    parsers.purge_requests: "PURGE http://127.0.0.1:8079/{id}\nBAN https://cache.example/{id}",
    parsers.header_lines: "Fastly-Key: abc\nX-Other: a: b",
    parsers.command: "purge-cdn --id '{id}' 'two words'",
    parsers.percent: "33",
    parsers.words: "240x160 vga",
    parsers.size_list: "240x160 vga",
    parsers.host_names: "Pictures.Example.com localhost [::1]",
    parsers.origin_urls: "https://WWW.Example.com/ http://localhost:8080",
    parsers.truth: "true",
    parsers.image_id: "A" * 32 + "01",
    parsers.reference_keys: "artnr ean",
    parsers.role_names: "main side-2",
    parsers.locations: "couchdb s3:bucket/prefix",
    parsers.embedded_parts: "title rights",
    parsers.table: "wide = 1200x300!",
}


def text_for(name, row):
    """A text for a setting that differs from its default."""
    if name in {"secret", "signing_keys"}:
        return SECRET
    if row.parser in TEXTS:
        return TEXTS[row.parser]
    default = attrgetter(name)(Settings())
    return next(word for word in parsers.expected(row.parser).split(" or ") if word != default)


def read(ini=None, environ=None, **keys):
    """Settings of an ini file that says enough to start."""
    return Settings.read({"huimages.s3.bucket": "bucket", **(ini or {}), **keys}, environ or {})


# -- where values come from ---------------------------------------------------------------


def test_nothing_given_is_the_embedded_default():
    settings = Settings.read({})

    assert settings == Settings()
    assert (settings.originals, settings.metadata) == ("files", "sqlite")
    assert settings.upload.max_bytes == 64_000_000
    assert settings.upload.max_pixels == 100_000_000
    assert settings.upload.max_pixels_whole == 50_000_000


@pytest.mark.parametrize(("name", "row"), ROWS, ids=[row.key for _, row in ROWS])
def test_every_setting_by_ini_and_by_environment(name, row):
    text = text_for(name, row)

    by_ini = read({row.key: text})
    by_environment = read({row.key: "not what is wanted"}, {row.variable: text})

    assert attrgetter(name)(by_ini) != attrgetter(name)(Settings())
    assert by_environment == by_ini


@pytest.mark.parametrize("row", SECRETS, ids=lambda row: row.key)
def test_every_secret_from_a_file(row, tmp_path):
    is_url = row.parser in {parsers.web_url, parsers.web_urls}
    value = "https://from.example/" if is_url else "f" * 40
    if row.parser is parsers.header_lines:
        value = "X-Key: " + value
    file = tmp_path / "secret"
    file.write_text(value + "\n")

    assert read({row.key: value}) == read({row.file_key: str(file)})
    assert read({row.key: value}) == read({}, {variable_of(row.file_key): str(file)})


def test_the_environment_wins_whatever_its_form(tmp_path):
    file = tmp_path / "secret"
    file.write_text("e" * 40)
    other = tmp_path / "other"
    other.write_text("o" * 40)
    in_ini = {"huimages.secret_file": str(other)}

    assert read(in_ini, {"HUIMAGES_SECRET": "v" * 40}).secret == "v" * 40
    assert read(in_ini, {"HUIMAGES_SECRET_FILE": str(file)}).secret == "e" * 40
    by_value = {"huimages.secret": "i" * 40}
    assert read(by_value, {"HUIMAGES_SECRET_FILE": str(file)}).secret == "e" * 40


def test_no_two_settings_share_a_key_or_a_variable():
    variables = [row.variable for _, row in ROWS]
    variables += [variable_of(row.file_key) for row in SECRETS]

    assert len(set(variables)) == len(variables)
    assert all(row.key.startswith(PREFIX) for _, row in ROWS)


def test_attribute_has_the_name_of_its_key():
    for name, row in ROWS:
        assert name in {
            row.key.removeprefix(PREFIX),
            row.key.removeprefix(PREFIX).replace(".", "_"),
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
def test_the_variables_of_the_original_stand_in(variable, name, value):
    key = next(row.key for column, row in ROWS if column == name)
    mine = "https://mine.example" if "url" in name else "mine"

    assert attrgetter(name)(Settings.read({}, {variable: value})) == value
    assert attrgetter(name)(Settings.read({key: mine}, {variable: value})) == mine
    assert Settings.read({}, {variable: ""}) == Settings()


def test_the_newer_variable_of_the_original_wins():
    environ = {"S3BUCKET": "older", "HUIMAGES3BUCKET": "newer"}

    assert Settings.read({}, environ).s3.bucket == "newer"


def test_keys_of_others_are_theirs():
    assert Settings.read({"pyramid.reload_templates": "true", "here": "/srv"}) == Settings()


# -- what stops the start -----------------------------------------------------------------


def refusal(*args, **kwargs):
    with pytest.raises(BadSetting) as caught:
        Settings.read(*args, **kwargs)
    message = str(caught.value)
    assert "\n" not in message
    return message


def test_an_unknown_key_is_named_with_the_nearest_known_one():
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
def test_a_malformed_value_is_named_with_what_is_wanted(key, bad):
    key = PREFIX + key
    row = next(row for _, row in ROWS if row.key == key)

    assert refusal({key: bad}) == f"setting '{key}': {bad!r} is not {parsers.expected(row.parser)}"
    assert refusal({}, {row.variable: bad}).startswith(f"setting '{row.variable}': ")


def test_the_bounds_themselves_are_taken():
    assert read({"huimages.quality.jpeg": "1"}).quality.jpeg == 1
    assert read({"huimages.quality.jpeg": "100"}).quality.jpeg == 100
    assert read({"huimages.upload.max_frames": "0"}).upload.max_frames == 0
    assert read({"huimages.secret": SECRET}).secret == SECRET
    assert "at least 32" in refusal({"huimages.secret": SECRET[1:]})


def test_values_that_can_not_be_meant():
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


def test_a_secret_in_both_forms_is_one_too_many(tmp_path):
    both = {"huimages.secret": SECRET, "huimages.secret_file": str(tmp_path / "x")}

    assert "'huimages.secret' and 'huimages.secret_file' are both given" in refusal(both)


def test_a_secret_file_that_is_not_there_or_no_text(tmp_path):
    binary = tmp_path / "binary"
    binary.write_bytes(b"\xff\xfe")

    for name in (str(tmp_path / "nothing"), str(binary)):
        message = refusal({"huimages.secret_file": name})
        assert message.startswith(f"setting 'huimages.secret_file': {name!r} can't be read")


def test_secrets_stay_secret():
    assert "hush" not in refusal({"huimages.couchdb.url": "couch:hush@x"})
    settings = read({row.key: "https://hush.example/hush-hush-hush-hush" for row in SECRETS})
    assert "hush" not in repr(settings)
    assert "bucket" in repr(settings)


def test_a_variable_that_is_nearly_one_of_ours_is_warned_of(caplog):
    with caplog.at_level(logging.WARNING):
        read({}, {"HUIMAGES_SECRET_FIEL": "x", "HUIMAGES_PORT_6543_TCP": "tcp://…", "PATH": "/bin"})

    assert [record.getMessage() for record in caplog.records] == [
        "variable HUIMAGES_SECRET_FIEL is no setting (did you mean HUIMAGES_SECRET_FILE?)"
    ]


# -- values ---------------------------------------------------------------------------------


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
def test_amounts(text, number):
    assert parsers.amount(text) == number


def test_what_is_done_now_and_then_can_be_switched_off():
    assert read({"huimages.cache.follow": "0"}).cache.follow == 0
    assert read({"huimages.cache.follow": "0.5"}).cache.follow == 0.5
    assert "a number of seconds, as in 2.5, or 0" in refusal({"huimages.cache.follow": "-1"})
    assert "a number of seconds above 0" in refusal({"huimages.couchdb.timeout": "0"})


def test_words_places_tables_and_paths():
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


def test_settings_can_not_be_changed():
    with pytest.raises(dataclasses.FrozenInstanceError):
        Settings().originals = "s3"
    assert Settings().sizes is not Settings().sizes


# -- the manual page ------------------------------------------------------------------------


def test_the_manual_page_is_current():
    page = Path(__file__).parents[3] / "docs" / "settings.md"

    assert page.read_text(encoding="utf-8") == docs.page(), "run `make docs`"


def test_the_manual_page_has_every_setting_with_its_default():
    page = docs.page()

    assert all(
        page.count(f"\n| `{row.key}` | {parsers.expected(row.parser)} |") == 1 for _, row in ROWS
    )
    assert all(parsers.expected(row.parser) and row.help for _, row in ROWS)
    assert "| `huimages.upload.max_bytes` | " in page
    assert "| `64 M` | " in page
    assert "| `HUIMAGES3BUCKET` | `huimages.s3.bucket` |" in page


def test_a_default_as_shown_can_be_written_into_an_ini_file():
    defaults = docs.defaults()

    for name, row in ROWS:
        if defaults[name]:
            assert row.parser(defaults[name]) == attrgetter(name)(Settings())
    assert docs.shown_amount(0) == "0"
    assert docs.shown_amount(1_500) == "1500"


# -- keys -----------------------------------------------------------------------------------


@pytest.mark.parametrize("key", ["huimages.secret", "huimages.signing_keys"])
@pytest.mark.parametrize(("value", "why"), [("short", "short"), ("change-me-" * 4, "sample")])
def test_keys_that_protect_nothing_stop_the_start(key, value, why):
    with pytest.raises(BadSetting, match=rf"{key}.*{why}"):
        read({key: value})


def test_a_secret_is_made_once_and_for_its_owner_only(tmp_path):
    settings = Settings(secret="generate", var=tmp_path / "var")

    made = with_secret(settings).secret

    assert len(made) == 64
    assert with_secret(settings).secret == made
    assert (tmp_path / "var/secret").stat().st_mode & 0o777 == 0o600


def test_a_secret_that_is_set_is_left_alone():
    settings = Settings(secret=SECRET)
    assert with_secret(settings) is settings


def test_a_secret_that_cannot_be_kept_stops_the_start(tmp_path):
    (tmp_path / "var").write_text("a file where a folder should be")
    with pytest.raises(BadSetting, match="can't be made or read"):
        with_secret(Settings(secret="generate", var=tmp_path / "var"))


def test_workers_auto_is_one_per_usable_core():
    cores = usable_cores()
    assert read({"huimages.workers": "auto"}).workers == cores
    assert read({"huimages.workers": "1"}).parallel_renditions == cores
    assert read({"huimages.workers": str(cores + 1)}).parallel_renditions == 1
    assert read({"huimages.workers": "2", "huimages.render.at_once": "7"}).parallel_renditions == 7
