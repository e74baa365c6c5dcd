from __future__ import annotations

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
