"""Templates are compiled before the server listens, not at the first request of each process."""

from __future__ import annotations

import pytest
from chameleon.template import BaseTemplate

from huimages_app.web.presentation.templates import compile_templates
from tests.support.site import Site


@pytest.mark.parametrize("page", ["", "image/{id}/", "tag/", "upload/", "article/"])
def test_page_compiles_no_template(page: str, site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    image = site.add(title="Quay")
    compile_templates(site.app.app.registry)
    compiled: list[str] = []
    monkeypatch.setattr(BaseTemplate, "cook", lambda self, body: compiled.append(self.filename))

    site.browser().get("/" + page.format(id=image.id), status=200)

    assert compiled == []
