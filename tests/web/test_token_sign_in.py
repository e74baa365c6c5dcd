"""Tokens of programs."""

from __future__ import annotations

import pytest

from tests.support import pictures
from tests.support.sign_in import FILES, sign_in
from tests.support.site import Site


def bearer(text: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {text}"}


def test_upload_token_permits_upload_only(closed: Site) -> None:
    _, text = closed.services.tokens.add("shop", ["upload"])
    response = closed.app.post("/upload/api/?tags=sea", upload_files=FILES, headers=bearer(text))
    assert len(closed.storage.metadata.annotations.of_image(response.text)) == 1
    assert "Set-Cookie" not in response.headers
    closed.app.get("/", headers=bearer(text), status=403)
    closed.app.get("/accounts/", headers=bearer(text), status=403)


@pytest.mark.parametrize(
    ("path", "file", "status"),
    [
        ("/upload/api/?title=New&artnr=2", "uploadfile", 200),
        ("/api/v1/images?title=New&artnr=2", "image", 200),
        ("/upload/known", "", 200),
    ],
)
def test_uploader_cannot_rename_stored_image(
    closed: Site, path: str, file: str, status: int
) -> None:
    image = closed.add(title="Old", references={"artnr": ["1"]})
    content = pictures.photo(60, 40)
    for scopes, title in ((["upload"], "Old"), (["upload", "edit"], "New")):
        _, text = closed.services.tokens.add("shop", scopes)
        fields = {} if file else {"id": image.id, "title": "New", "artnr": "2"}
        files = [(file, "a.jpeg", content)] if file else None
        closed.app.post(path, fields, upload_files=files, headers=bearer(text), status=status)
        image = closed.services.images.get_any(image.id)
        assert (image.title, image.references["artnr"]) == (title, ("1", "2"))


def test_uploader_sets_title_of_new_image(closed: Site) -> None:
    _, text = closed.services.tokens.add("shop", ["upload"])
    response = closed.app.post(
        "/upload/api/?title=First", upload_files=FILES, headers=bearer(text), status=200
    )
    assert closed.services.images.get_any(response.text).title == "First"


def test_revoked_token_returns_401(closed: Site) -> None:
    token, text = closed.services.tokens.add("shop", ["upload", "read"])
    closed.app.get("/", headers=bearer(text), status=200)
    closed.services.tokens.revoke(token.id)
    for response in (
        closed.app.get("/", headers=bearer(text), status=401),
        closed.app.post("/upload/api/", upload_files=FILES, headers=bearer(text), status=401),
    ):
        assert "revoked" in response.text


def test_invalid_token_with_valid_cookie_returns_401(closed: Site) -> None:
    sign_in(closed.app, status=303)
    closed.app.get("/", headers=bearer("hui_wrong"), status=401)
    closed.app.get("/", headers=bearer(""), status=401)
