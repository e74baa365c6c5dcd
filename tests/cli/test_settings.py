from __future__ import annotations

import re
from pathlib import Path

import pytest

from huimages_app.config.loading import read_settings

from .conftest import Command

ODD = """\
huimages.upload.artnr_pattern = ^([0-9]{5})%%
huimages.metrics = 127.0.0.1 10.0.0.0/8
huimages.sizes =
    wide = 900x200
    tall = 200x900!
huimages.alt_addition = 100%% Köln
huimages.s3.read_timeout = 2.5
huimages.upload.max_bytes = 1.5 MB
huimages.hosts = a.example b.example
"""


def test_settings_prints_ini_file_and_environment(
    huimages: Command, site: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HUIMAGES_QUALITY_JPEG", "71")
    monkeypatch.setenv("HUIMAGES_SIZES", "wide = 900x200")
    monkeypatch.setenv("HUIMAGES_SECRET", "s" * 40)
    ran = huimages("settings")
    assert ran.status == 0
    assert f"huimages.cache.path = {site}/cache" in ran.out
    assert "huimages.quality.jpeg = 71" in ran.out
    assert "# huimages.secret = (secret)" in ran.out
    assert "    wide = 900x200" in ran.out
    assert not any(line.startswith("huimages.quality.webp") for line in ran.out)
    everything = huimages("settings", "--all").out
    assert "huimages.quality.webp = 80" in everything
    assert "huimages.sizes.allowed = any" in everything
    assert "s" * 40 not in "\n".join(everything)


def test_settings_output_is_an_ini_file_with_the_same_settings(
    huimages: Command, site: Path, tmp_path: Path
) -> None:
    ini = site / "site.ini"
    ini.write_text(ini.read_text() + ODD, encoding="utf-8")
    expected = read_settings(ini, {})
    for words in ((), ("--all",)):
        copy = tmp_path / "copy.ini"
        copy.write_text("\n".join(huimages("settings", *words).out), encoding="utf-8")
        assert read_settings(copy, {}) == expected
    assert "huimages.metrics = 127.0.0.1/32 10.0.0.0/8" in huimages("settings").out


def test_settings_name_their_source(
    huimages: Command, site: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert huimages("settings").out[0] == f"# {site}/site.ini (option --config)"
    monkeypatch.setenv("HUIMAGES_QUALITY_JPEG", "71")
    assert huimages("settings").out[0].endswith("; overridden by HUIMAGES_QUALITY_JPEG")


PRESETS = """\
huimages.sizes =
    amazon = 2000x2000=7 jpeg q90 max 10MB
    avatar = 96x96! sharpen
huimages.sizes.allowed = amazon avatar 240x160
"""


def test_settings_show_the_output_options_of_presets(huimages: Command, site: Path) -> None:
    ini = site / "site.ini"
    ini.write_text(ini.read_text() + PRESETS, encoding="utf-8")
    amazon, avatar = [line for line in huimages("settings").out if line.startswith("# a")]
    assert re.fullmatch(
        r"# amazon: 2000x2000=7, jpeg, quality 90, at most 10,000,000 bytes, "
        r"cached as amazon-[0-9A-F]{8}",
        amazon,
    )
    assert re.fullmatch(
        r"# avatar: 96x96!, every format, sharpen, cached as avatar-[0-9A-F]{8}", avatar
    )


def test_settings_print_maps_for_web_servers(huimages: Command, site: Path) -> None:
    ini = site / "site.ini"
    ini.write_text(ini.read_text() + PRESETS, encoding="utf-8")
    names = read_settings(ini, {}).named_sizes
    amazon, avatar = names["amazon"].cache_name, names["avatar"].cache_name
    nginx = [line.split() for line in huimages("settings", "--nginx").out]
    for words in (
        ["240x160", "240x160;"],
        ["small", "240x160;"],
        ["amazon", f"{amazon};"],
        [r"~^avatar(?<huimages_detail>![0-9,]+)\z", f"{avatar}$huimages_detail;"],
        [rf"~^(?:{amazon})(?:!|\z)", "jpeg;"],
        [rf"~^(?:{amazon}|{avatar})(?:!|\z)", '"public,', 'max-age=86400";'],
        ["jpeg:png", "-;"],
    ):
        assert words in nginx
    # Not free.
    assert not [words for words in nginx if words[:1] and words[0] in {"23x40", "mini", amazon}]
    lighttpd = "\n".join(huimages("settings", "--lighttpd").out)
    assert 'var.huimages_free = "(?:240x160)(?:@[23]x)?"' in lighttpd
    assert f'"/$3/$2/{amazon}$1.jpeg?$0"' in lighttpd
