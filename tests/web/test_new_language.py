"""A new language needs a catalogue and nothing else."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from babel import Locale
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from tests.support.site import OPEN, SECRET

PACKAGE = Path(__file__).parents[2] / "huimages_app"

# Requests a page in a language, from the package in the current folder.
PROGRAM = """
import json, sys
from webtest import TestApp
from huimages_app.app import make_app
from huimages_app.config.settings import Settings
from huimages_app.factory import build_services

settings = Settings.read(json.loads(sys.argv[1]))
app = TestApp(make_app(settings, build_services(settings)))
page = app.get("/help", headers={"Accept-Language": sys.argv[2]}).html
print(json.dumps({
    "lang": page.html["lang"],
    "title": page.h1.text,
    "own name": page.select_one("nav.languages [aria-current]").text,
    "messages": json.loads(page.select_one("#messages").string),
}))
"""


def add_catalogue(package: Path, language: str) -> None:
    """Add a catalogue that knows one word of the language and one sentence with plurals."""
    with (PACKAGE / "locale/huimages.pot").open("rb") as file:
        catalogue = read_po(file, locale=language)
    catalogue.fuzzy = False
    catalogue["Help"].string = "Nápověda"
    loaded = ("${count} more picture", "${count} more pictures")
    catalogue[loaded].string = ("${count} další", "${count} další", "${count} dalších")
    folder = package / "locale" / language / "LC_MESSAGES"
    folder.mkdir(parents=True)
    with (folder / "huimages.mo").open("wb") as file:
        write_mo(file, catalogue)


@pytest.mark.slow
def test_new_catalogue_is_a_language_of_all_pages(tmp_path: Path) -> None:
    copy = tmp_path / "huimages_app"
    copy.mkdir()
    for path in PACKAGE.iterdir():
        if path.name != "locale":
            (copy / path.name).symlink_to(path)
    shutil.copytree(PACKAGE / "locale", copy / "locale")
    add_catalogue(copy, "cs")
    settings = {
        **OPEN,
        "huimages.originals.path": str(tmp_path / "originals"),
        "huimages.metadata.path": str(tmp_path / "metadata.sqlite"),
        "huimages.cache.path": str(tmp_path / "cache"),
        "huimages.var": str(tmp_path),
        "huimages.secret": SECRET,
    }
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", PROGRAM, json.dumps(settings), "cs-CZ"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert (found["lang"], found["title"], found["own name"]) == ("cs", "Nápověda", "Čeština")
    category_of = Locale("cs").plural_form
    assert set(found["messages"]["loaded"]) == {category_of(count) for count in range(101)}
    assert found["messages"]["cancel"] == "Cancel"  # not translated: English
