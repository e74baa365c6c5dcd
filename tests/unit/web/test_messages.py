"""Every sentence of the pages has a German one, and what is compiled is what is written."""

from __future__ import annotations

import io
import re
import subprocess
import sys
from pathlib import Path

import pytest
from babel.messages import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

ROOT = Path(__file__).parents[3]
GERMAN = ROOT / "huimages_app/locale/de/LC_MESSAGES/huimages.po"


def sentences(catalog: Catalog) -> set[object]:
    return {message.id for message in catalog if message.id}


@pytest.fixture(scope="module")
def german() -> Catalog:
    with GERMAN.open("rb") as file:
        return read_po(file, locale="de")


@pytest.fixture(scope="module")
def used(tmp_path_factory: pytest.TempPathFactory) -> Catalog:
    """What stands in the code and the templates now."""
    path = tmp_path_factory.mktemp("messages") / "huimages.pot"
    program = "import sys; from lingua.extract import main; sys.exit(main())"
    command = [sys.executable, "-W", "ignore", "-c", program]
    options = ["--domain", "huimages", "--keyword", "counted:1,2", "--output", str(path)]
    subprocess.run(
        [*command, *options, "huimages_app/web", "templates"],
        cwd=ROOT, check=True, capture_output=True,
    )  # fmt: skip
    with path.open("rb") as file:
        return read_po(file)


def test_every_message_is_translated(german: Catalog, used: Catalog) -> None:
    assert sentences(used) == sentences(german), "make messages"
    empty = [
        message.id
        for message in german
        if message.id
        and not all([message.string] if isinstance(message.string, str) else message.string)
    ]
    assert empty == []
    assert not any(message.fuzzy for message in german)


def test_translation_keeps_placeholders(german: Catalog) -> None:
    for message in german:
        if isinstance(message.id, str):
            found = [set(re.findall(r"\$\{\w+\}", text)) for text in (message.id, message.string)]
            assert found[0] == found[1], message.id


def test_german_uses_informal_or_neutral_address(german: Catalog) -> None:
    formal = re.compile(r"\b(Sie|Ihnen|Ihr\w{0,2})\b")
    assert [message.id for message in german if formal.search(str(message.string))] == []


def test_compiled_catalogue_matches_its_source(german: Catalog) -> None:
    compiled = io.BytesIO()
    write_mo(compiled, german)
    assert GERMAN.with_suffix(".mo").read_bytes() == compiled.getvalue(), "make messages"


# A reference for programmers, in the language of the document it shows.
ENGLISH = {"api.pt"}


@pytest.mark.parametrize(
    "template",
    [path for path in sorted(ROOT.glob("templates/*.pt")) if path.name not in ENGLISH],
    ids=lambda path: path.name,
)
def test_every_template_text_is_translatable(template: Path) -> None:
    """Text between tags stands in an element with i18n:translate, or is put in."""
    source = re.sub(r"<!--.*?-->|<!DOCTYPE.*?>", "", template.read_text("utf-8"), flags=re.S)
    texts = re.findall(r"<([^<>/]*[^/])>([^<>]*)<", source)
    for tag, text in texts:
        bare = re.sub(r"\$\{[^}]*\}", "", text)
        if re.search(r"[^\W\d_]{2,}", bare):
            assert "i18n:translate" in tag, text.strip()
