"""Which language a page speaks: German or English.

A choice (`?lang=de`) is remembered in a cookie; without one the browser's
Accept-Language decides.  The sentences stand in `huimages_app/locale`; the English
ones are the keys, so only German needs a catalogue.
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
    config.add_translation_dirs("huimages_app:locale")
    config.set_locale_negotiator(language_of)
    config.add_subscriber(_tell_language, NewResponse)


def language_of(request: Request) -> str:
    """The language to answer in."""
    for chosen in (_chosen(request), request.cookies.get(PARAMETER)):
        if chosen in LANGUAGES:
            return str(chosen)
    return str(request.accept_language.lookup(list(LANGUAGES), default="en"))


def pluralized(request: Request, singular: str, plural: str, count: int) -> str:
    """The sentence for `count` things, with `${count}` put in."""
    mapping = {"count": count}
    return str(request.localizer.pluralize(singular, plural, count, DOMAIN, mapping))


def _chosen(request: Request) -> str | None:
    try:
        return request.GET.get(PARAMETER)
    except BadInput:  # what is wrong with the query is said elsewhere
        return None


def _tell_language(event: NewResponse) -> None:
    """Say what the language of a page hung on, and remember a choice."""
    # Pictures and other files have no language, and must stay free of cookies.
    if event.response.content_type != "text/html":
        return
    event.response.vary = dict.fromkeys([*(event.response.vary or ()), "Accept-Language", "Cookie"])
    if _chosen(event.request) not in LANGUAGES:
        return
    event.response.set_cookie(
        PARAMETER, _chosen(event.request), max_age=_YEAR, samesite="Lax", httponly=True
    )
