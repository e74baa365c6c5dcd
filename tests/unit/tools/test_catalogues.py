"""The tools for catalogues: missing translations, and merges of two branches."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from babel.messages import Catalog
from babel.messages.pofile import read_po, write_po

from tools.merge_catalogues import add_missing
from tools.missing_messages import missing_messages

TOOL = Path(__file__).parents[3] / "tools/merge_catalogues.py"
DAYS = ("${count} day", "${count} days")
PATH = "huimages_app/locale/pl/LC_MESSAGES/huimages.po"


def catalogue_of(**messages: str) -> Catalog:
    catalogue = Catalog(locale="pl")
    for text, translation in messages.items():
        catalogue.add(text, translation)
    return catalogue


def write(path: Path, catalogue: Catalog) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        write_po(file, catalogue)


def test_message_without_all_its_plural_forms_is_missing(tmp_path: Path) -> None:
    catalogue = catalogue_of(Tags="Tagi", Trash="")
    catalogue.add(DAYS, ("${count} dzień", "", "${count} dni"))
    write(tmp_path / "huimages.po", catalogue)
    missing = list(missing_messages(tmp_path / "huimages.po", "pl"))
    assert [message.id for message in missing] == ["Trash", DAYS]


def test_merged_catalogue_has_the_messages_of_both_and_prefers_its_own() -> None:
    ours = catalogue_of(Tags="Tagi", Trash="", Menu="Menu")
    add_missing(ours, catalogue_of(Tags="Etykiety", Trash="Kosz", Jobs="Zadania"))
    strings = {message.id: message.string for message in ours if message.id}
    assert strings == {"Tags": "Tagi", "Trash": "Kosz", "Menu": "Menu", "Jobs": "Zadania"}


def test_conflict_in_a_catalogue_is_resolved_with_both_translations(tmp_path: Path) -> None:
    def git(*arguments: str) -> None:
        command = ["git", "-c", "user.name=x", "-c", "user.email=x@localhost", *arguments]
        subprocess.run(command, cwd=tmp_path, check=arguments[0] != "merge", capture_output=True)

    path = tmp_path / PATH
    git("init", "-b", "main")
    for branch, message in (("main", "Menu"), ("ours", "Tags"), ("theirs", "Trash")):
        if branch != "main":
            git("checkout", "-b", branch, "main")
        write(path, catalogue_of(**{message: message.upper()}))
        git("add", ".")
        git("commit", "-m", branch)
    git("merge", "ours")
    assert "<<<<<<<" in path.read_text()
    subprocess.run([sys.executable, str(TOOL)], cwd=tmp_path, check=True)
    with path.open("rb") as file:
        merged = {message.id for message in read_po(file, locale="pl") if message.id}
    assert merged == {"Tags", "Trash"}
    git("commit", "-m", "merged")
