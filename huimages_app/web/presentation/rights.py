"""Rights on the page of an image: their labels, and the values that the template inserts."""

from __future__ import annotations

from dataclasses import dataclass

from pyramid.i18n import TranslationString
from pyramid.request import Request

from ...domain.rights import DAYS, FIELDS, MAX_TEXT, SOURCE_TYPES, Rights, is_web_url
from ...domain.validity import parse_day
from .i18n import _

LABELS = {
    "creator": _("Creator"),
    "credit": _("Credit line"),
    "copyright": _("Copyright notice"),
    "terms": _("Usage terms"),
    "statement": _("URL of the licence"),
    "licensor": _("Licensor"),
    "source_type": _("Origin"),
    "from": _("May be shown from"),
    "until": _("May be shown until"),
}
_ORIGINS = {
    "digitalCapture": _("Photo by a digital camera"),
    "computationalCapture": _("Photo put together by the camera"),
    "negativeFilm": _("Scan of a negative"),
    "positiveFilm": _("Scan of a slide"),
    "print": _("Scan of a print"),
    "humanEdits": _("Edited by people"),
    "minorHumanEdits": _("Slightly edited by people"),
    "compositeCapture": _("Composed of photos"),
    "algorithmicallyEnhanced": _("Enhanced by a program"),
    "digitalCreation": _("Made with a program"),
    "digitalArt": _("Digital art"),
    "dataDrivenMedia": _("Made from data"),
    "trainedAlgorithmicMedia": _("Made by AI"),
    "compositeWithTrainedAlgorithmicMedia": _("Composed with parts made by AI"),
    "compositeSynthetic": _("Composed with synthetic parts"),
    "algorithmicMedia": _("Made by a program without training"),
    "screenCapture": _("Screenshot"),
    "virtualRecording": _("Recording of a virtual scene"),
    "composite": _("Composed of several parts"),
}


@dataclass(frozen=True)
class RightsField:
    """A field of the form; `choices` are the codes of a list, with their names.

    `kind` is the type of the input: text or date.
    """

    name: str
    label: TranslationString
    value: str
    longest: int
    choices: list[tuple[str, str]]
    kind: str


@dataclass(frozen=True)
class RightsFact:
    """A right to show; `href` and the `relation` of that page if it is a link."""

    label: TranslationString
    text: str
    href: str | None
    relation: str | None


def fields_of(rights: Rights, request: Request) -> list[RightsField]:
    """Return the fields of the form."""
    return [
        RightsField(
            name,
            LABELS[name],
            rights.values.get(name, ""),
            MAX_TEXT,
            choices_of(rights.source_type, request) if name == "source_type" else [],
            "date" if name in DAYS else "text",
        )
        for name in FIELDS
    ]


def facts_of(rights: Rights, request: Request) -> list[RightsFact]:
    """Return the rights that are known."""
    return [
        RightsFact(
            LABELS[name],
            _shown(name, text, request),
            text if is_web_url(text) else None,
            "license" if name == "statement" else None,
        )
        for name, text in rights.values.items()
    ]


def _shown(name: str, text: str, request: Request) -> str:
    if name in DAYS:
        return str(request.site.date(parse_day(text)))
    return origin_name(text, request) if name == "source_type" else text


def choices_of(current: str, request: Request) -> list[tuple[str, str]]:
    """Return the codes of how a picture came about, with their names; first an empty one."""
    codes = dict.fromkeys([*SOURCE_TYPES, *filter(None, [current])])
    named = sorted((origin_name(code, request), code) for code in codes)
    return [("", ""), *((code, name) for name, code in named)]


def origin_name(code: str, request: Request) -> str:
    """Return the name of a code of how a picture came about."""
    name = _ORIGINS.get(code)
    return str(request.localizer.translate(name)) if name else code
