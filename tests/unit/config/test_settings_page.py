"""The page of the manual made from the table of settings."""

from operator import attrgetter
from pathlib import Path

from huimages_app.config import docs, parsers
from huimages_app.config.settings import Settings

from .conftest import ROWS


def test_settings_page_is_current():
    page = Path(__file__).parents[3] / "docs" / "settings.md"

    assert page.read_text(encoding="utf-8") == docs.page(), "run `make docs`"


def test_settings_page_has_every_setting_with_its_default():
    page = docs.page()

    assert all(
        page.count(f"\n| `{row.key}` | {parsers.expected(row.parser)} |") == 1 for _, row in ROWS
    )
    assert all(parsers.expected(row.parser) and row.help for _, row in ROWS)
    assert "| `huimages.upload.max_bytes` | " in page
    assert "| `64 M` | " in page
    assert "| `HUIMAGES3BUCKET` | `huimages.s3.bucket` |" in page


def test_displayed_default_can_be_written_into_an_ini_file():
    defaults = docs.defaults()

    for name, row in ROWS:
        if defaults[name]:
            assert row.parser(defaults[name]) == attrgetter(name)(Settings())
    assert docs.ini_amount(0) == "0"
    assert docs.ini_amount(1_500) == "1500"
