"""Templates are compiled before the server listens, and use attributes safely."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from chameleon.template import BaseTemplate

from huimages_app.web.presentation.templates import compile_templates
from tests.support.site import Site

TEMPLATES = Path(__file__).parents[2] / "templates"


@pytest.mark.parametrize("page", ["", "image/{id}/", "tag/", "upload/", "article/"])
def test_page_compiles_no_template(page: str, site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    image = site.add(title="Quay")
    compile_templates(site.app.app.registry, site.folder / "templates")
    compiled: list[str] = []
    monkeypatch.setattr(BaseTemplate, "cook", lambda self, body: compiled.append(self.filename))

    site.browser().get("/" + page.format(id=image.id), status=200)

    assert compiled == []


@pytest.mark.parametrize("path", sorted(TEMPLATES.glob("*.pt")), ids=lambda path: path.stem)
def test_boolean_attributes_are_not_set_by_empty_texts(path: Path) -> None:
    # Chameleon leaves such an attribute out if its value is an empty text, as if it were false.
    empty = r"""\b(?:checked|disabled|hidden|multiple|open|readonly|required|selected)="\$\{''"""
    assert re.findall(empty, path.read_text("utf-8")) == []
