"""The sections of the help page: what visitors can do, each with the permission it needs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pyramid.i18n import TranslationString

from ...services.permissions import CONTRIBUTE, EDIT, UPLOAD, VIEW
from .i18n import _

if TYPE_CHECKING:
    from .site import Site


@dataclass(frozen=True)
class Term:
    """A text to type or a key to press, and its effect.

    A term of `keys` is shown as keys of a keyboard, others as text.
    """

    texts: tuple[str, ...]
    meaning: TranslationString
    keys: bool = False
    permission: str = VIEW


@dataclass(frozen=True)
class Section:
    """A section of the help page; without a `permission` it is for every visitor.

    `links` are titles and paths of pages that the section is about.
    """

    id: str
    title: TranslationString
    texts: tuple[TranslationString, ...]
    permission: str = ""
    terms: tuple[Term, ...] = ()
    links: tuple[tuple[TranslationString, str], ...] = ()

    def terms_for(self, site: Site) -> list[Term]:
        """Return the terms that the client may use."""
        return [term for term in self.terms if site.may(term.permission)]


def sections(site: Site) -> Iterator[Section]:
    """Yield the sections for the permissions of the client."""
    for section in SECTIONS:
        if not section.permission or site.may(section.permission):
            yield section


def _keys(*texts: str, meaning: TranslationString, permission: str = VIEW) -> Term:
    return Term(texts, meaning, keys=True, permission=permission)


SECTIONS = (
    Section(
        "find",
        _("Find pictures"),
        (
            _(
                "The search looks for words, and parts of words, in titles, tags, file names and "
                "article numbers. It finds the pictures that have all of them."
            ),
            _(
                "The button “Filters” above a list narrows it down. The filters are part of the "
                "URL, so a bookmark or a link keeps them. You can also type them into the search:"
            ),
        ),
        VIEW,
        (
            Term(("tag:sea",), _("pictures with this tag")),
            Term(("artnr:10106",), _("pictures with this article number")),
            Term(("shape:portrait",), _("pictures in portrait format")),
            Term(("larger:2000",), _("pictures whose longer side has at least 2000 pixels")),
            Term(("taken:2024-05",), _("pictures taken in May 2024")),
            Term(("rating:8",), _("pictures with four stars or more")),
            Term(("without:alt",), _("pictures without an alternative text")),
        ),
        ((_("All pictures"), "image"), (_("Saved searches"), "saved")),
    ),
    Section(
        "sizes",
        _("Sizes and downloads"),
        (
            _(
                "You can download a picture in other sizes: open “Sizes, download and embedding” "
                "on its page. To download several pictures as a ZIP file, select them in a list."
            ),
            _("This is how sizes are written, in pixels:"),
        ),
        VIEW,
        (
            Term(("600x400",), _("fits into this box")),
            Term(("600x400!",), _("fills this box; what sticks out is cut off")),
            Term(("600x400=7",), _("centred in this box, with a margin of 7 %")),
            Term(("600x",), _("600 pixels wide")),
            Term(("x400",), _("400 pixels high")),
        ),
    ),
    Section(
        "articles",
        _("Articles and collections"),
        (
            _(
                "An article has all pictures with the same article number, in its own order; the "
                "first one is its main picture. The page of an article offers URLs that always "
                "show its present pictures."
            ),
            _(
                "A collection is a choice of pictures in an order, with a title and a text: for "
                "example a catalogue or a press kit."
            ),
        ),
        VIEW,
        links=((_("Articles"), "article"), (_("Collections"), "collection")),
    ),
    Section(
        "keys",
        _("Keyboard shortcuts"),
        (_("On the page of a picture, and in lists of pictures:"),),
        VIEW,
        (
            _keys("←", "→", meaning=_("Previous and next picture")),
            _keys("v", meaning=_("Full screen")),
            _keys("f", meaning=_("Favourite"), permission=CONTRIBUTE),
            _keys("t", meaning=_("New tags"), permission=CONTRIBUTE),
            _keys("1", "…", "5", meaning=_("Give 1 to 5 stars"), permission=CONTRIBUTE),
            _keys("r", meaning=_("Random picture")),
            _keys("?", meaning=_("Show all shortcuts of the page of a picture")),
            _keys("Ctrl", "A", meaning=_("Select all pictures")),
            _keys("Esc", meaning=_("Clear selection")),
        ),
    ),
    Section(
        "tags",
        _("Tags, stars and favourites"),
        (
            _(
                "The heart on the page of a picture adds it to your favourites, which only you "
                "see. Stars and tags are for all visitors. While you type a tag, those that "
                "exist already are suggested."
            ),
        ),
        CONTRIBUTE,
        links=((_("Tags"), "tag"), (_("Favourites"), "favorites")),
    ),
    Section(
        "upload",
        _("Upload pictures"),
        (
            _(
                "Drop pictures onto the page, paste them or choose them. Title, tags and article "
                "number can be the same for all of them or differ for each. A picture that is "
                "already on this site is not stored twice."
            ),
        ),
        UPLOAD,
        links=((_("Upload"), "upload"),),
    ),
    Section(
        "edit",
        _("Edit pictures"),
        (
            _(
                "Select pictures in a list to edit them together, to add them to a collection or "
                "to move them to the trash. “Edit all of these” changes everything that a list or "
                "a search finds."
            ),
            _(
                "To select many pictures in a row, select the first, and click on the last with "
                "the shift key; on a touch screen, rest your finger on the last."
            ),
            _(
                "Changes of many pictures go on in the background. “Jobs” shows how far they are, "
                "and undoes each as a whole. The history on the page of a picture takes back "
                "single changes."
            ),
            _(
                "“Spreadsheets” gives you titles, tags, references and rights as a table. When "
                "you upload the edited table, you see all differences before anything is changed."
            ),
        ),
        EDIT,
        links=(
            (_("Jobs"), "job"),
            (_("Spreadsheets"), "table"),
            (_("Duplicates"), "duplicates"),
            (_("Trash"), "trash"),
        ),
    ),
    Section(
        "share",
        _("Share pictures"),
        (
            _(
                "“Share” on the page of a picture, a collection, an article, a tag or a search "
                "makes a link for people without an account. You decide on the sizes, the last "
                "day and a password."
            ),
        ),
        EDIT,
        links=((_("Share links"), "share"),),
    ),
    Section(
        "shared",
        _("Shared pictures"),
        (
            _(
                "If you were sent a link, you need no account: it shows its pictures until it "
                "ends. Click a picture to see it on the full screen, and download one or all of "
                "them in the sizes that the link allows."
            ),
        ),
    ),
    Section(
        "language",
        _("Language"),
        (
            _(
                "Pages are in the language that your browser prefers, until you choose another "
                "one at the bottom of a page. A cookie remembers your choice."
            ),
        ),
    ),
)
