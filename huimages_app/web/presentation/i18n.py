"""Language of pages: German or English.

A cookie stores the choice (`?lang=de`); without it the Accept-Language header decides.
The English sentences in the code are the keys of the German catalogue in
`huimages_app/locale`.
"""

from __future__ import annotations

from collections.abc import Mapping

from pyramid.config import Configurator
from pyramid.events import NewResponse
from pyramid.i18n import TranslationStringFactory
from pyramid.request import Request

from ...errors import BadInput

DOMAIN = "huimages"
LANGUAGES: Mapping[str, str] = {"de": "Deutsch", "en": "English"}
PARAMETER = "lang"
_YEAR = 365 * 24 * 3600  # seconds

_ = TranslationStringFactory(DOMAIN)


def includeme(config: Configurator) -> None:
    """Set up the translations and the choice of the language."""
    config.add_translation_dirs("huimages_app:locale")
    config.set_locale_negotiator(language_of)
    config.add_subscriber(set_language_headers, NewResponse)


def language_of(request: Request) -> str:
    """Return the language of the response."""
    for chosen in (_chosen(request), request.cookies.get(PARAMETER)):
        if chosen in LANGUAGES:
            return str(chosen)
    return str(request.accept_language.lookup(list(LANGUAGES), default="en"))


def pluralized(request: Request, singular: str, plural: str, count: int) -> str:
    """Return the sentence for `count` items, with `${count}` replaced."""
    mapping = {"count": count}
    return str(request.localizer.pluralize(singular, plural, count, DOMAIN, mapping))


def _chosen(request: Request) -> str | None:
    try:
        return request.GET.get(PARAMETER)
    except BadInput:  # the view reports it
        return None


def set_language_headers(event: NewResponse) -> None:
    """Set Vary on pages, and store a choice of the language in a cookie."""
    # Pictures and other files have no language, and must stay free of cookies.
    if event.response.content_type != "text/html":
        return
    event.response.vary = dict.fromkeys([*(event.response.vary or ()), "Accept-Language", "Cookie"])
    if _chosen(event.request) not in LANGUAGES:
        return
    event.response.set_cookie(
        PARAMETER, _chosen(event.request), max_age=_YEAR, samesite="Lax", httponly=True
    )
