"""`request.site`: URLs, permissions, languages, numbers and dates for views and templates."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from datetime import date as Day  # noqa: N812 - a method has its name
from typing import Any

from babel.dates import format_date, format_datetime
from babel.numbers import format_decimal
from babel.units import format_unit
from pyramid.config import Configurator
from pyramid.events import BeforeRender, subscriber
from pyramid.i18n import TranslationString
from pyramid.interfaces import IRootFactory
from pyramid.renderers import get_renderer
from pyramid.request import Request

from ...services.permissions import EDIT
from ..resources import Tags
from ..security.cookies import has_session
from .i18n import LANGUAGES, PARAMETER, _, pluralized
from .js_messages import js_messages
from .menu import Entry, main_menu, more_menu
from .requested_sizes import FORMAT_LABELS, requestable_names
from .sections import SECTIONS_COOKIE, open_sections

# Values of a parameter of a URL; without one it is left out.
Values = str | Sequence[str] | None

# The roles of the default setting.
ROLE_NAMES = {
    "main": _("main"),
    "front": _("front"),
    "back": _("back"),
    "left": _("left"),
    "right": _("right"),
    "top": _("top"),
    "bottom": _("bottom"),
    "detail": _("detail"),
    "packaging": _("packaging"),
    "scene": _("scene"),
    "swatch": _("swatch"),
    "size": _("size"),
    "manual": _("manual"),
}

# Tags that have another meaning as the last part of a path.
_NO_PATHS = {".", "..", *Tags.reserved}


@dataclass(frozen=True)
class Language:
    """A language; `href` is the URL of this page in it."""

    code: str
    name: str
    href: str
    is_current: bool


@dataclass(frozen=True)
class Notice:
    """The result of the previous form.

    `undo` are the IDs of images that a button sends to `undo_path`; `back` is the path of the page
    after that.  `collection` is the path of the collection that the notice is about.
    """

    text: str
    back: str
    undo: Sequence[str] = ()
    undo_path: str = ""
    collection: str = ""


class Site:
    """The site in the context of a request."""

    def __init__(self, request: Request) -> None:
        self._request = request
        # A tween may refuse a request before it has a root.
        self._root = getattr(request, "root", None) or request.registry.getUtility(IRootFactory)(
            request
        )
        self._open_sections = open_sections(request.cookies.get(SECTIONS_COOKIE, ""))

    @property
    def name(self) -> str:
        """The name of the site."""
        return str(self._request.registry.settings["huimages"].name)

    # URLs

    def path(self, *elements: str, **query: Values) -> str:
        """Return the path of a resource: elements quoted, a slash at the end, and a query."""
        return self._path([*elements, ""], query)

    def view_path(self, *elements: str, **query: Values) -> str:
        """Return the path of a view: the same without the slash."""
        return self._path(list(elements), query)

    def tag_path(self, tag: str, /, **query: Values) -> str:
        """Return the path of the page of a tag.  Some tags cannot be part of a path."""
        if not self.is_path_part(tag):
            return self.path("tag", name=tag, **query)
        return self.path("tag", tag, **query)

    def is_path_part(self, tag: str) -> bool:
        """Return whether a tag can be an element of a path."""
        return "/" not in tag and "\\" not in tag and tag not in _NO_PATHS

    def static(self, name: str) -> str:
        """Return the URL of a file in `static/`; it changes with the content."""
        return str(self._request.static_path(f"huimages_app:static/{name}"))

    @property
    def article_keys(self) -> tuple[str, ...]:
        """Return the reference keys whose values are articles."""
        keys: tuple[str, ...] = self._request.services.articles.keys
        return keys

    @property
    def here(self) -> str:
        """Path and query of this page; forms send it as `back`."""
        try:
            return str(self._request.path_qs)
        except UnicodeDecodeError:  # this page reports that the URL is invalid
            return self.path()

    def is_here(self, path: str) -> bool:
        """Return whether this page is at `path`; its link in the menu is then the current one."""
        return self.here.partition("?")[0].rstrip("/") == path.rstrip("/")

    def _path(self, elements: list[str], query: dict[str, Values]) -> str:
        given = {key: value for key, value in query.items() if value}
        extra: dict[str, Any] = {"query": given} if given else {}
        return str(self._request.resource_path(self._root, *elements, **extra))

    # client

    def may(self, permission: str) -> bool:
        """Return whether the client has a permission for the whole site."""
        return bool(self._request.has_permission(permission, self._root))

    @property
    def may_save_searches(self) -> bool:
        """Return whether the client may keep a search, for itself or for everyone."""
        return bool(self._request.identity.is_signed_in) or self.may(EDIT)

    def section_open(self, name: str, usual: bool = True) -> str | None:
        """Return the value of the attribute `open` of a section: as the client left it.

        The cookie is written by a script.  The server reads it, so that nothing moves when the
        script starts.
        """
        return "" if self._open_sections.get(name, usual) else None

    @property
    def main_menu(self) -> Iterator[Entry]:
        """Links that every visitor gets."""
        return main_menu(self)

    @property
    def more_menu(self) -> Iterator[Entry]:
        """Links of the pages that the client may see."""
        return more_menu(self)

    @property
    def shows_captions(self) -> bool:
        """Return whether the client wants captions on all pictures of a grid."""
        return self._open_sections.get("captions", False)

    @property
    def notices(self) -> list[Notice]:
        """Results of previous forms; each is shown once."""
        # Access to the session creates one.
        if not has_session(self._request) or not self._request.session.peek_flash():
            return []
        return [Notice(**entry) for entry in self._request.session.pop_flash()]

    @property
    def size_names(self) -> list[str]:
        """Names of the sizes that this site serves."""
        return list(requestable_names(self._request))

    format_labels = FORMAT_LABELS

    # languages, numbers, dates

    def translate(self, text: TranslationString | str) -> str:
        """Return a text in the language of this page."""
        # What needs no text, as most of the API, must not depend on the language: see i18n.
        return str(self._request.localizer.translate(text))

    @property
    def language(self) -> str:
        """Code of the language of this page."""
        return str(self._request.locale_name)

    @property
    def languages(self) -> list[Language]:
        """All languages, with the URL of this page in each."""
        path, _question_mark, query = self.here.partition("?")
        kept = [pair for pair in query.split("&") if pair and not pair.startswith(f"{PARAMETER}=")]
        return [
            Language(
                code,
                name,
                f"{path}?{'&'.join([*kept, f'{PARAMETER}={code}'])}",
                code == self.language,
            )
            for code, name in LANGUAGES.items()
        ]

    @property
    def js_messages(self) -> str:
        """Messages of the scripts, as JSON."""
        return js_messages(self._request)

    def times(self, count: int) -> str:
        """Return a number of times, in words."""
        return self.counted("${count} time", "${count} times", count)

    def pictures(self, count: int) -> str:
        """Return a number of pictures, in words."""
        return self.counted("${count} picture", "${count} pictures", count)

    def votes(self, count: int) -> str:
        """Return a number of ratings, in words."""
        return self.counted("${count} vote", "${count} votes", count)

    def visits(self, count: int) -> str:
        """Return a number of visits, in words."""
        return self.counted("${count} visit", "${count} visits", count)

    def counted(self, singular: str, plural: str, count: int) -> str:
        """Return the sentence for `count` items, with `${count}` replaced."""
        return pluralized(self._request, singular, plural, count)

    def stars(self, rating: int) -> str:
        """Return a rating of 1 to 10 as a number of stars, 5 at most."""
        if rating == 2:
            return self.translate(_("1 star"))
        stars = self.number(rating / 2, "0.#")
        return self.translate(_("${stars} stars", mapping={"stars": stars}))

    def reference_name(self, key: str) -> str:
        """Return the key of a reference, translated if it is a known one."""
        return self.translate(_("Article number")) if key == "artnr" else key

    def role_name(self, role: str) -> str:
        """Return the role of a picture in an article, translated if it is a usual one."""
        return self.translate(ROLE_NAMES.get(role, role))

    def number(self, value: float, pattern: str | None = None) -> str:
        """Return a number in the format of the language."""
        return str(format_decimal(value, format=pattern, locale=self.language))

    def megabytes(self, length: int) -> str:
        """Return a number of bytes in kB or MB, as the language writes them."""
        if length < 1_000_000:
            return self._unit(max(1, round(length / 1000)), "kilobyte", "#,##0")
        return self._unit(length / 1_000_000, "megabyte", "#,##0.0")

    def _unit(self, value: float, unit: str, pattern: str) -> str:
        locale = self.language
        return str(format_unit(value, f"digital-{unit}", "short", format=pattern, locale=locale))

    def date(self, moment: datetime | Day) -> str:
        """Return a date, as in 23. Nov. 2026."""
        return str(format_date(moment, "medium", locale=self.language))

    def end(self, moment: datetime) -> str:
        """Return the last day, if the end is that of a day on this site; else date and time."""
        day = self._request.services.showing.day_ending_at(moment)
        return self.date(day) if day else self.moment(moment.astimezone(UTC))

    def month(self, moment: datetime) -> str:
        """Return the name of a month."""
        return str(format_date(moment, "LLLL", locale=self.language))

    def moment(self, moment: datetime) -> str:
        """Return a date and time, in UTC."""
        return f"{format_datetime(moment, 'medium', locale=self.language)} UTC"


def includeme(config: Configurator) -> None:
    """Add `request.site`."""
    config.add_request_method(Site, "site", reify=True)


@subscriber(BeforeRender)
def add_to_templates(event: BeforeRender) -> None:
    """Add `site`, `_`, and the macros of the templates without a page to every template.

    Templates loaded by `load:` would not be among those that `compile_templates` compiles.
    """
    request = event["request"]
    if request is None or not str(event["renderer_name"]).endswith(".pt"):
        return
    event["_"] = _
    event["site"] = request.site
    event["layout"] = _macros("layout.pt")
    event["macros"] = _macros("macros.pt")
    event["version_sections"] = _macros("version_sections.pt")
    event["image_sections"] = _macros("image_sections.pt")
    event["rights_macros"] = _macros("rights.pt")
    event["filter_macros"] = _macros("filters.pt")
    event["history"] = _macros("history.pt")
    event["table_links"] = _macros("table_links.pt")
    event["size_picker"] = _macros("size_picker.pt")
    event["collection_sections"] = _macros("collection_sections.pt")
    event["share_layout"] = _macros("share_layout.pt")
    event["share_sections"] = _macros("share_sections.pt")


def _macros(name: str) -> Any:
    return get_renderer(f"huimages_app:templates/{name}").implementation().macros
