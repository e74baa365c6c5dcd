"""What every template may ask: addresses, who is looking, numbers and dates in words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from babel.dates import format_date, format_datetime
from babel.numbers import format_decimal
from pyramid.events import BeforeRender, subscriber
from pyramid.interfaces import IRootFactory
from pyramid.renderers import get_renderer
from pyramid.request import Request

from ..resources import Tags
from ..security.cookies import has_session
from .i18n import LANGUAGES, PARAMETER, _, pluralized
from .js_messages import words

NAME = "huImages"

# Tags that would lead elsewhere as the last part of a path.
_NO_PATHS = {".", "..", *Tags.reserved}


@dataclass(frozen=True)
class Language:
    """One of the languages to choose from; `href` is this page in it."""

    code: str
    name: str
    href: str
    is_current: bool


@dataclass(frozen=True)
class Notice:
    """A message about what the last form did.

    `undo` are the IDs of pictures that a button restores from the trash; `back` is the path that
    it leads to.
    """

    text: str
    undo: list[str]
    back: str


class Site:
    """The site as one request sees it."""

    name = NAME

    def __init__(self, request: Request) -> None:
        self._request = request
        # A tween refuses some requests before the tree is there.
        self._root = getattr(request, "root", None) or request.registry.getUtility(IRootFactory)(
            request
        )

        self._translate = request.localizer.translate

    # addresses

    def path(self, *elements: str, **query: str | None) -> str:
        """The path of a place, each element quoted, with a slash at its end; and a query."""
        return self._path([*elements, ""], query)

    def view_path(self, *elements: str, **query: str | None) -> str:
        """The same without the slash, for what is an action and not a place."""
        return self._path(list(elements), query)

    def tag_path(self, tag: str, **query: str | None) -> str:
        """Where the pictures with a tag are shown; not every tag can be part of a path."""
        if not self.is_path_part(tag):
            return self.path("tag", name=tag, **query)
        return self.path("tag", tag, **query)

    def is_path_part(self, tag: str) -> bool:
        """Whether a tag can stand in a path as it is."""
        return "/" not in tag and "\\" not in tag and tag not in _NO_PATHS

    def static(self, name: str) -> str:
        """The address of a file in `static/`; it changes with the content."""
        return str(self._request.static_path(f"huimages_app:static/{name}"))

    @property
    def here(self) -> str:
        """Path and query of this page: where a form that was sent leads back to."""
        try:
            return str(self._request.path_qs)
        except UnicodeDecodeError:  # this page says that the address is none
            return self.path()

    def is_here(self, path: str) -> bool:
        """Whether this page is at `path`, so that its link in the menu is the current one."""
        return self.here.partition("?")[0].rstrip("/") == path.rstrip("/")

    def _path(self, elements: list[str], query: dict[str, str | None]) -> str:
        given = {key: value for key, value in query.items() if value}
        extra: dict[str, Any] = {"query": given} if given else {}
        return str(self._request.resource_path(self._root, *elements, **extra))

    # who is looking

    def may(self, permission: str) -> bool:
        """Whether this person may do that anywhere on the site."""
        return bool(self._request.has_permission(permission, self._root))

    @property
    def notices(self) -> list[Notice]:
        """Messages about what the form did that led here; each is shown once."""
        # Access to the session creates one.
        if not has_session(self._request) or not self._request.session.peek_flash():
            return []
        return [Notice(**entry) for entry in self._request.session.pop_flash()]

    # languages, numbers, dates

    @property
    def language(self) -> str:
        """Code of the language this page is in."""
        return str(self._request.locale_name)

    @property
    def languages(self) -> list[Language]:
        """All languages, with the address of this page in each."""
        path, _mark, query = self.here.partition("?")
        asked = [pair for pair in query.split("&") if pair and not pair.startswith(f"{PARAMETER}=")]
        return [
            Language(
                code,
                name,
                f"{path}?{'&'.join([*asked, f'{PARAMETER}={code}'])}",
                code == self.language,
            )
            for code, name in LANGUAGES.items()
        ]

    @property
    def words(self) -> str:
        """The sentences of the scripts, as JSON."""
        return words(self._request)

    def times(self, count: int) -> str:
        """How often, in words."""
        return self.counted("${count} time", "${count} times", count)

    def votes(self, count: int) -> str:
        """How many rated, in words."""
        return self.counted("${count} vote", "${count} votes", count)

    def counted(self, singular: str, plural: str, count: int) -> str:
        """The sentence for `count` things, with `${count}` put in."""
        return pluralized(self._request, singular, plural, count)

    def stars(self, rating: int) -> str:
        """A rating of 1 to 10 in stars, of which there are five."""
        if rating == 2:
            return str(self._translate(_("1 star")))
        stars = self.number(rating / 2, "0.#")
        return str(self._translate(_("${stars} stars", mapping={"stars": stars})))

    def reference_name(self, key: str) -> str:
        """The key of a reference, in words where we have some."""
        return str(self._translate(_("Article number"))) if key == "artnr" else key

    def number(self, value: float, pattern: str | None = None) -> str:
        """A number as people of this language write it."""
        return str(format_decimal(value, format=pattern, locale=self.language))

    def megabytes(self, length: int) -> str:
        """A number of bytes, short."""
        if length < 1_000_000:
            return f"{self.number(max(1, round(length / 1000)))} kB"
        return f"{self.number(length / 1_000_000, '#,##0.0')} MB"

    def date(self, moment: datetime) -> str:
        """A day, as in 23. Nov. 2026."""
        return str(format_date(moment, "medium", locale=self.language))

    def moment(self, moment: datetime) -> str:
        """A day and a time of the day, in UTC."""
        return f"{format_datetime(moment, 'medium', locale=self.language)} UTC"


@subscriber(BeforeRender)
def add_to_templates(event: BeforeRender) -> None:
    """Give every template `site`, `_`, and the macros of `layout.pt` and `macros.pt`."""
    request = event["request"]
    if request is None or not str(event["renderer_name"]).endswith(".pt"):
        return
    event["_"] = _
    event["site"] = Site(request)
    event["layout"] = _macros("layout.pt")
    event["macros"] = _macros("macros.pt")


def _macros(name: str) -> Any:
    return get_renderer(f"huimages_app:templates/{name}").implementation().macros
