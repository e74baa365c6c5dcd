"""The pages that tests and screenshots inspect, and the steps that prepare them.

A new page is a line of PAGES, which axe, layout tests on phone and desktop widths, and screenshots
use.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal, NamedTuple

from playwright.sync_api import Page

from tests.browser import access_steps, steps, trouble_steps
from tests.support.served import RunningSite, closed, metadata_away

Prepare = Callable[[Page], object]


class ShownPage(NamedTuple):
    """A page: its path, the steps there, and the console message that they cause.

    The path may have the ID of a photograph, as in `{coffee}`.  `one_window`: a screenshot shows no
    more than the window, since the page is too long or an overlay covers it.  `site`: in a closed
    one visitors may do nothing; the metadata of an unavailable one cannot be read.
    """

    path: str
    prepare: Prepare | None = None
    complaint: str = ""
    one_window: bool = False
    site: Literal["open", "closed", "unavailable"] = "open"


PAGES: dict[str, ShownPage] = {
    "start": ShownPage("/"),
    "menu": ShownPage("/image/", steps.menu, one_window=True),
    "all": ShownPage("/image/"),
    "selected": ShownPage("/tag/hills/", steps.selected, one_window=True),
    "selected-more": ShownPage("/tag/hills/", steps.selected_more, one_window=True),
    "captions": ShownPage("/image/", steps.captioned, one_window=True),
    "by-time": ShownPage("/image/?order=taken"),
    "tag": ShownPage("/tag/hills/"),
    "search": ShownPage("/search?q=coffee"),
    "filtered": ShownPage("/search?q=coffee&shape=landscape&ends=30"),
    "filters": ShownPage("/tag/hills/?without=alt&larger=200", steps.filtering),
    "filters-alone": ShownPage("/filters?in=tag:hills"),
    "by-date": ShownPage("/image/?order=taken", steps.jumping),
    "dates": ShownPage("/dates?in=tag:hills"),
    "nothing-filtered": ShownPage("/tag/hills/?shape=square&format=png&larger=9000"),
    "save-search": ShownPage("/saved/?in=search:coffee%3Fshape%3Dlandscape"),
    "saved-searches": ShownPage("/saved/?in=search:coffee%3Fshape%3Dlandscape", steps.saved),
    "no-saved-searches": ShownPage("/saved/"),
    "nothing-found": ShownPage("/search?q=zzz"),
    "no-favorites": ShownPage("/favorites/"),
    "favorites": ShownPage("/image/{rocket}/", steps.favored),
    "tags": ShownPage("/tag/"),
    "tags-by-letter": ShownPage("/tag/?view=letters"),
    "tags-as-a-cloud": ShownPage("/tag/?view=cloud"),
    "no-tags": ShownPage("/tag/?q=zzz"),
    "collecting": ShownPage("/tag/hills/", steps.collecting),
    "collection": ShownPage("/tag/hills/", steps.collected),
    "collection-order": ShownPage("/tag/hills/", steps.ordering),
    "collections": ShownPage("/collection/"),
    "empty-collection": ShownPage("/collection/", steps.empty_collection),
    "no-collections": ShownPage("/collection/?q=zzz"),
    "articles": ShownPage("/article/"),
    "no-articles": ShownPage("/article/?q=zzz"),
    "article": ShownPage("/article/10106/"),
    "article-of-the-list": ShownPage("/article/", steps.first_article),
    "article-without-pictures": ShownPage("/article/zzz/", complaint="status of 404"),
    "image": ShownPage("/image/{rocket}/"),
    "image-share": ShownPage("/image/{rocket}/", steps.shared, one_window=True),
    "image-title": ShownPage("/image/{chelsea}/", steps.retitled),
    "image-more": ShownPage("/image/{rocket}/", steps.more, one_window=True),
    "image-opened": ShownPage("/image/{coffee}/?in=tag:table", steps.opened),
    "image-suggestions": ShownPage("/image/{chelsea}/", steps.suggested),
    "image-keys": ShownPage("/image/{chelsea}/", steps.keys, one_window=True),
    "image-full-screen": ShownPage("/image/{coffee}/", steps.full_screen, one_window=True),
    "image-conflict": ShownPage("/image/{coffee}/", steps.conflicting, "status of 409"),
    "duplicates": ShownPage("/duplicates/"),
    "ending": ShownPage("/ending/"),
    "image-history": ShownPage("/image/{coffee}/history"),
    "jobs": ShownPage("/job/"),
    "edit-many": ShownPage("/job/edit?in=", steps.chosen),
    "job": ShownPage("/job/edit?in=search:coffee", steps.edited),
    "upload": ShownPage("/upload/"),
    "upload-queue": ShownPage("/upload/", steps.queued, "status of 415"),
    "table": ShownPage("/table/?tag=hills&order=oldest"),
    "table-compared": ShownPage("/table/", steps.compared),
    "table-with-errors": ShownPage("/table/", steps.refused, "status of 400"),
    "rename-tag": ShownPage("/rename-tag?tag=hills"),
    "empty-trash": ShownPage("/trash/"),
    "trash": ShownPage("/image/", steps.trashed),
    "not-found": ShownPage("/nowhere/", complaint="status of 404"),
    "forbidden": ShownPage(
        "/login?back=/trash/", access_steps.viewer_signed_in, "status of 403", site="closed"
    ),
    "unavailable": ShownPage("/image/", complaint="status of 503", site="unavailable"),
    "sign-in": ShownPage("/login"),
    "shares": ShownPage("/share/"),
    "share-new": ShownPage("/share/new?image={rocket}"),
    "help": ShownPage("/help"),
    "accounts": ShownPage("/accounts/"),
    "image-in-trash": ShownPage("/image/{chelsea}/", steps.in_trash, "status of 404"),
    "question": ShownPage("/tag/hills/", steps.asked, one_window=True),
    "collection-form": ShownPage("/tag/hills/", steps.collection_form),
    "image-versions": ShownPage("/upload/", steps.turned),
    "image-older-version": ShownPage("/upload/", steps.older_version),
    "upload-done": ShownPage("/upload/", steps.uploaded),
    "duplicates-found": ShownPage("/upload/", steps.duplicated),
    "form-expired": ShownPage("/login", access_steps.form_expired, "status of 400"),
    "sign-in-denied": ShownPage("/login", access_steps.denied, "status of 401"),
    "accounts-opened": ShownPage("/accounts/", access_steps.account_opened),
    "token": ShownPage("/accounts/", access_steps.token_created),
    "account": ShownPage("/accounts/", access_steps.signed_in),
    "share-created": ShownPage("/share/new?tag=hills", access_steps.link_created),
    "shared": ShownPage("/share/new?tag=hills", access_steps.link_followed),
    "shared-downloads": ShownPage(
        "/share/new?tag=hills", access_steps.shared_downloads, one_window=True
    ),
    "shared-picture": ShownPage("/share/new?tag=hills", access_steps.shared_picture),
    "shared-full-screen": ShownPage(
        "/share/new?tag=hills", access_steps.shared_full_screen, one_window=True
    ),
    "shared-locked": ShownPage("/share/new?tag=hills", access_steps.link_locked),
    "shared-denied": ShownPage("/share/new?tag=hills", access_steps.link_denied, "status of 401"),
    "shared-ended": ShownPage("/share/new?tag=hills", access_steps.link_revoked, "status of 404"),
    "rename-tag-refused": ShownPage("/rename-tag?tag=hills", steps.tag_refused, "status of 400"),
    "api": ShownPage("/api/v1/", one_window=True),
    "job-running": ShownPage("/job/", trouble_steps.job_running),
    "job-undone": ShownPage("/job/edit?in=search:coffee", trouble_steps.job_undone),
    "table-applied": ShownPage("/table/", trouble_steps.table_applied),
    "nothing-found-filtered": ShownPage("/search?q=zzz&shape=square&without=title"),
    "removed": ShownPage("/upload/", trouble_steps.removed, "status of 410"),
    "too-large": ShownPage("/upload/", trouble_steps.too_large, "status of 413"),
    "upload-offline": ShownPage("/upload/", trouble_steps.offline_upload, "DISCONNECTED"),
    "image-offline": ShownPage("/image/{rocket}/", trouble_steps.offline_action, "DISCONNECTED"),
    "shared-guessed": ShownPage("/share/new?tag=hills", trouble_steps.guessed, "a status of 4"),
}


@contextmanager
def site_of(shown: ShownPage, running: RunningSite) -> Iterator[RunningSite]:
    """The site of a page, which is most often the running one."""
    if shown.site == "closed":
        with tempfile.TemporaryDirectory() as folder, closed(Path(folder)) as other:
            yield other
    elif shown.site == "unavailable":
        with metadata_away(running):
            yield running
    else:
        yield running
