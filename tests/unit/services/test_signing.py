"""Signatures of URLs: forged, expired, replayed, rotated."""

from __future__ import annotations

from urllib.parse import parse_qs

import pytest
from hypothesis import given
from hypothesis import strategies as st

from huimages_app.config.settings import Settings
from huimages_app.domain.sizes import CLASSIC, Size
from huimages_app.errors import BadSetting, BadSignature, SizeNotAllowed
from huimages_app.services.signing import Signer
from huimages_app.services.size_policy import SizePolicy
from huimages_app.services.urls import UrlBuilder

KEY, OTHER = "k" * 32, "o" * 32
PATH = "/240x160/" + "A" * 32 + "01/name.jpeg"
NOW = 1_800_000_000


def signer(*keys: str) -> Signer:
    return Signer(keys or (KEY,), clock=lambda: NOW)


def signature(query: str) -> tuple[str, str]:
    fields = parse_qs(query.removeprefix("?"))
    return fields["s"][0], fields.get("e", [""])[0]


def test_signature_is_valid_for_its_path() -> None:
    assert signer().check(PATH, *signature(signer().query(PATH))) is None
    assert signer().check(PATH, *signature(signer().query(PATH, NOW + 5))) == NOW + 5


@pytest.mark.parametrize(
    "path", [PATH.replace("240", "241"), PATH.upper(), PATH + "/", PATH + "\n", "/", ""]
)
def test_signature_of_another_path_is_refused(path: str) -> None:
    with pytest.raises(BadSignature, match="wrong"):
        signer().check(path, *signature(signer().query(PATH)))


@pytest.mark.parametrize("forged", ["", "A" * 32, "A" * 31, "é" * 32, "A" * 31 + "\n", "=" * 32])
def test_forged_signature_is_refused(forged: str) -> None:
    with pytest.raises(BadSignature, match="wrong"):
        signer().check(PATH, forged)


@given(st.integers(0, 31), st.sampled_from("ABCabc012-_"))
def test_signature_with_a_changed_character_is_refused(index: int, character: str) -> None:
    good, _ = signature(signer().query(PATH))
    changed = good[:index] + character + good[index + 1 :]
    if changed != good:
        with pytest.raises(BadSignature):
            signer().check(PATH, changed)


def test_signature_covers_the_expiry() -> None:
    good, _ = signature(signer().query(PATH, NOW + 5))
    for end in (str(NOW + 6), "", "0", f"0{NOW + 5}", f"+{NOW + 5}", "9" * 13, "soon"):
        with pytest.raises(BadSignature, match="wrong"):
            signer().check(PATH, good, end)
    with pytest.raises(BadSignature, match="expired"):
        signer().check(PATH, *signature(signer().query(PATH, NOW)))
    with pytest.raises(BadSignature, match="wrong"):
        signer().check(PATH, signature(signer().query(PATH))[0], str(NOW + 5))


def test_expiry_moved_into_the_path_is_refused() -> None:
    good, _ = signature(signer().query(PATH, NOW + 5))
    with pytest.raises(BadSignature):
        signer().check(f"{PATH}\n{NOW + 5}", good)


def test_signature_of_an_older_key_is_valid_while_the_key_is_configured() -> None:
    old = signature(signer(OTHER).query(PATH))
    assert signer(KEY, OTHER).check(PATH, *old) is None
    assert signer(KEY, OTHER).query(PATH) == signer(KEY).query(PATH)
    with pytest.raises(BadSignature):
        signer(KEY).check(PATH, *old)


def test_signer_without_a_key_raises_value_error() -> None:
    with pytest.raises(ValueError, match="no key"):
        Signer([])


# -- which URLs need a signature --------------------------------------------------------------


def policy(allowed: str = "named 10x10", signed: str = "sizes") -> SizePolicy:
    return SizePolicy.of(
        Settings(sizes_allowed=tuple(allowed.split()), signed=signed, signing_keys=(KEY,))
    )


SMALL, FREE, LARGE = Size.parse("small"), Size.parse("10x10"), Size.parse("5000x5000")
FOCUSED = Size.parse("75x75!1,2")


def path_of(size: Size) -> str:
    return f"/{size}/" + "A" * 32 + "01.jpeg"


def signed(rules: SizePolicy, size: Size) -> tuple[str, str]:
    return signature(rules.query(size, path_of(size), NOW * 2) or "s=")


def test_only_sizes_that_are_not_free_need_a_signature() -> None:
    rules = policy()
    for size in (SMALL, FREE, FREE.at_density(2)):
        assert rules.query(size, path_of(size)) == ""
        assert not rules.authorize(size, path_of(size)).any_focus
    assert rules.query(LARGE, path_of(LARGE)).startswith("?s=")
    with pytest.raises(SizeNotAllowed, match="without a signature"):
        rules.authorize(LARGE, path_of(LARGE))
    with pytest.raises(BadSignature):
        rules.authorize(LARGE, path_of(LARGE), "A" * 32)
    assert rules.authorize(LARGE, path_of(LARGE), *signed(rules, LARGE)).expires == NOW * 2


def test_invalid_signature_of_a_free_size_is_ignored() -> None:
    assert not policy().authorize(SMALL, path_of(SMALL), "A" * 32).any_focus


def test_signature_allows_any_focal_point() -> None:
    rules = policy()
    good, _ = signature("?" + Signer([KEY]).query(path_of(FOCUSED)))
    assert rules.authorize(FOCUSED, path_of(FOCUSED), good).any_focus
    assert not rules.authorize(FOCUSED, path_of(FOCUSED)).any_focus
    assert policy("any").authorize(FOCUSED, path_of(FOCUSED)).any_focus


def test_signed_all_requires_a_signature_for_every_size() -> None:
    rules = policy("any", "all")
    with pytest.raises(SizeNotAllowed, match="without a signature"):
        rules.authorize(SMALL, path_of(SMALL))
    assert rules.authorize(SMALL, path_of(SMALL), *signed(rules, SMALL))


def test_signed_off_refuses_sizes_that_are_not_free() -> None:
    rules = policy(signed="off")
    assert rules.query(LARGE, path_of(LARGE)) == ""
    with pytest.raises(SizeNotAllowed, match="5000x5000"):
        rules.authorize(LARGE, path_of(LARGE), Signer([KEY]).query(path_of(LARGE))[2:])


def test_signing_key_is_derived_from_the_secret_by_default() -> None:
    settings = Settings(signed="all", secret="s" * 32)
    query = SizePolicy.of(settings).query(SMALL, path_of(SMALL))
    assert query != SizePolicy.of(Settings(signed="all", signing_keys=("s" * 32,))).query(
        SMALL, path_of(SMALL)
    )
    with pytest.raises(BadSetting, match="secret' is missing"):
        SizePolicy.of(Settings(signed="all"))


def test_url_builder_signs_sizes_that_need_it() -> None:
    urls = UrlBuilder("https://img.example.com/i/", CLASSIC, policy=policy())
    image_id = "A" * 32 + "01"
    assert urls.url(image_id, "small").endswith(f"/i/240x160/{image_id}.jpeg")
    url = urls.at("/elsewhere").url(image_id, "o", expires=NOW * 2)
    base, _, query = url.partition("?")
    assert base == f"https://img.example.com/i/o/{image_id}.jpeg"
    assert policy().authorize(Size.parse("o"), f"/o/{image_id}.jpeg", *signature(query))
