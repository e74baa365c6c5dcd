"""Every message has its translations, and compiled catalogues match their sources."""

from __future__ import annotations

import io
import re
import subprocess
import sys
from pathlib import Path

import pytest
from babel import Locale
from babel.messages import Catalog, Message
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from huimages_app.web.presentation.i18n import LANGUAGES

ROOT = Path(__file__).parents[3]
CATALOGUES = {
    path.parts[-3]: path for path in sorted(ROOT.glob("huimages_app/locale/*/LC_MESSAGES/*.po"))
}


def catalogue_of(language: str) -> Catalog:
    with CATALOGUES[language].open("rb") as file:
        return read_po(file, locale=language)


def sentences(catalogue: Catalog) -> set[object]:
    return {message.id for message in catalogue if message.id}


def texts(message: Message) -> list[tuple[str, str]]:
    """Return each text of a translation, and the English text whose placeholders it has."""
    if isinstance(message.id, str):
        return [(message.id, message.string)]
    return [(message.id[1], text) for text in message.string]


@pytest.fixture(scope="module", params=CATALOGUES)
def language(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def catalogue(language: str) -> Catalog:
    return catalogue_of(language)


@pytest.fixture(scope="module")
def used(tmp_path_factory: pytest.TempPathFactory) -> Catalog:
    """Return the messages in the present code and templates."""
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


def test_every_catalogue_is_a_language_of_the_pages() -> None:
    assert {"en", *CATALOGUES} == set(LANGUAGES)
    assert set(CATALOGUES) >= {"de", "es", "fr", "it", "nl", "pl"}


def test_every_message_is_translated(catalogue: Catalog, used: Catalog) -> None:
    assert sentences(used) == sentences(catalogue), "make messages"
    empty = [
        message.id
        for message in catalogue
        if message.id and not all(text.strip() for _english, text in texts(message))
    ]
    assert empty == []
    assert not any(message.fuzzy for message in catalogue)


def test_translation_has_the_placeholders_of_the_message(catalogue: Catalog) -> None:
    for message in catalogue:
        for english, text in texts(message):
            found = [sorted(re.findall(r"\$\{\w+\}", one)) for one in (english, text)]
            assert found[0] == found[1], message.id


def test_catalogue_has_the_plural_forms_of_its_language(language: str, catalogue: Catalog) -> None:
    category_of = Locale.parse(language).plural_form
    categories = {category_of(count) for count in range(101)}
    assert catalogue.num_plurals == len(categories)
    for message in catalogue:
        if not isinstance(message.id, str):
            assert len(message.string) == catalogue.num_plurals, message.id


def test_translation_ends_like_the_message(catalogue: Catalog) -> None:
    """A full stop, a colon or a question mark at the end of a message is in its translation."""
    ends = re.compile(r"(?:[.:?])?$")
    for message in catalogue:
        for english, text in texts(message):
            if english.endswith((".", ":", "?")):
                assert ends.search(text)[0] == english[-1], message.id  # type: ignore[index]


def test_buttons_named_in_texts_have_their_translated_names(catalogue: Catalog) -> None:
    for message in catalogue:
        for english, text in texts(message):
            for name in re.findall("“([^”$]+)”", english):
                # Anything else in quotation marks is an example.
                if named := catalogue.get(name):
                    assert named.string in text, message.id


def test_translation_has_no_blank_at_its_ends(catalogue: Catalog) -> None:
    for message in catalogue:
        for _english, text in texts(message) if message.id else ():
            assert text == text.strip()


def test_german_uses_informal_or_neutral_address() -> None:
    formal = re.compile(r"\b(Sie|Ihnen|Ihr\w{0,2})\b")
    found = [message.id for message in catalogue_of("de") if formal.search(str(message.string))]
    assert found == []


# What a common keyboard makes people type.
WRONG = {
    "es": r" [;:?!]|\d %|^[^¿]*\?",
    "it": r" [;:?!]|\d %|'",
    "nl": r" [;:?!]|\d %|'|“",
    "pl": r" [;:?!]|\d %|“|'",
    # A narrow space that does not break stands before these marks, and within the quotes.
    "fr": r" [;:!?»%]|\w[;?»]|« |'",
}


@pytest.mark.parametrize("language", WRONG)
def test_translation_has_the_typography_of_its_language(language: str) -> None:
    found = [
        text
        for message in catalogue_of(language)
        if message.id
        for _english, text in texts(message)
        if re.search(WRONG[language], re.sub(r"\$\{\w+\}", "word", text))
    ]
    assert found == []


def test_compiled_catalogue_matches_its_source(language: str, catalogue: Catalog) -> None:
    compiled = io.BytesIO()
    write_mo(compiled, catalogue)
    found = CATALOGUES[language].with_suffix(".mo").read_bytes()
    assert found == compiled.getvalue(), "make messages"


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
