"""Languages of the pages: English, and one for each catalogue in `huimages_app/locale`.

A cookie stores the choice (`?lang=de`); without it the Accept-Language header decides.
The English sentences in the code are the keys of the catalogues.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType

from babel import Locale
from babel.numbers import format_decimal
from pyramid.config import Configurator
from pyramid.events import NewResponse
from pyramid.i18n import TranslationStringFactory
from pyramid.request import Request

from ...errors import BadInput

DOMAIN = "huimages"
PARAMETER = "lang"
SOURCE_LANGUAGE = "en"
_CATALOGUES = Path(__file__).parents[2] / "locale"
_YEAR = 365 * 24 * 3600  # seconds
# Integers up to here show all plural forms of a language.
_MAX_FOR_PLURALS = 100

_ = TranslationStringFactory(DOMAIN)


def languages_in(folder: Path) -> dict[str, str]:
    """Return the codes of English and of the compiled catalogues in a folder, and their names.

    Each name is in its own language: `{"de": "Deutsch", "en": "English"}`, in alphabetical order.
    """
    compiled = folder.glob(f"*/LC_MESSAGES/{DOMAIN}.mo")
    codes = {SOURCE_LANGUAGE, *(path.parts[-3] for path in compiled)}
    names = {code: str(Locale.parse(code).get_display_name()) for code in codes}
    # CLDR has names as they stand within a sentence: "français".
    capitalized = {code: name[:1].upper() + name[1:] for code, name in names.items()}
    return dict(sorted(capitalized.items(), key=lambda pair: pair[1]))


LANGUAGES: Mapping[str, str] = MappingProxyType(languages_in(_CATALOGUES))


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
    return str(request.accept_language.lookup(list(LANGUAGES), default=SOURCE_LANGUAGE))


def pluralized(request: Request, singular: str, plural: str, count: int) -> str:
    """Return the sentence for `count` items, with `${count}` replaced."""
    mapping = {"count": format_decimal(count, locale=request.locale_name)}
    return str(request.localizer.pluralize(singular, plural, count, DOMAIN, mapping))


def plural_forms(request: Request, singular: str, plural: str) -> dict[str, str]:
    """Return the sentences for all plural categories of CLDR, as in `{"one": ..., "other": ...}`.

    Browsers choose among the same categories: `Intl.PluralRules`.
    """
    pluralize = request.localizer.pluralize
    return {
        category: str(pluralize(singular, plural, count, DOMAIN))
        for category, count in _plural_examples(request.locale_name).items()
    }


@cache
def _plural_examples(language: str) -> Mapping[str, int]:
    """Return a number for each plural category; `other` is in every language."""
    category_of = Locale.parse(language).plural_form
    counts = range(_MAX_FOR_PLURALS, -1, -1)
    return {"other": _MAX_FOR_PLURALS, **{category_of(count): count for count in counts}}


def _chosen(request: Request) -> str | None:
    try:
        return request.GET.get(PARAMETER)
    except BadInput:  # the view reports it
        return None


def set_language_headers(event: NewResponse) -> None:
    """Set Vary on what has a language, and store a choice of the language in a cookie."""
    # Not above: `web.server` imports this module before `app.main` shares the metrics between
    # processes, and `web.security` imports the metrics.
    from ..security.cookies import is_https

    request, response = event.request, event.response
    # Pictures and other files have no language, and must stay free of cookies.
    # Pyramid stores the name of the locale on the request when a text is first translated.
    is_page = response.content_type == "text/html"
    if is_page or "locale_name" in vars(request):
        response.vary = dict.fromkeys([*(response.vary or ()), "Accept-Language", "Cookie"])
    chosen = _chosen(request)
    if is_page and chosen in LANGUAGES:
        response.set_cookie(
            PARAMETER,
            chosen,
            max_age=_YEAR,
            secure=is_https(request),
            httponly=True,
            samesite="Lax",
        )
