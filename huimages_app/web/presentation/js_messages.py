"""The messages of the scripts, in the language of the page.

The layout writes them into every page as JSON; `static/js/messages.js` reads them.
"""

from __future__ import annotations

import json
from collections.abc import Mapping

from pyramid.i18n import TranslationString
from pyramid.request import Request

from .i18n import _, plural_forms

_MESSAGES: Mapping[str, TranslationString] = {
    "cancel": _("Cancel"),
    "chooseFirst": _("Choose pictures first."),
    "close": _("Close"),
    "copied": _("Copied."),
    "copy": _("Copy"),
    "details": _("Details"),
    "download": _("Download"),
    "failed": _("That did not work. Please try again."),
    "favorite": _("Favourite"),
    "fullScreen": _("Full screen"),
    "isThere": _("already on this site; it will not be sent again"),
    "looksLike": _("Looks like:"),
    "movedTo": _("Position ${position} of ${count}"),
    "next": _("Next"),
    "notCopied": _("The browser did not allow copying. The text is selected: press Ctrl+C."),
    "notLoaded": _("The picture cannot be loaded."),
    "notRead": _("This file cannot be read. It may be a folder, or it may have been moved."),
    "offline": _("The site cannot be reached. Please check your connection."),
    "previous": _("Previous"),
    "progress": _("${done} of ${count} uploaded"),
    "progressFailed": _("${done} of ${count} uploaded, ${failed} failed"),
    "remove": _("Remove"),
    "selectedAll": _("Everything found is selected"),
    "selectNone": _("Clear selection"),
    "suggestions": _("Suggestions"),
    "undo": _("Undo"),
    "tooLarge": _("This picture is too large."),
    "uploaded": _("uploaded"),
    "wasThere": _("already on this site"),
    "zoom": _("Zoom"),
}


def js_messages(request: Request) -> str:
    """Return the messages as JSON for a <script> element."""
    translate = request.localizer.translate

    def counted(singular: str, plural: str) -> dict[str, str]:
        return plural_forms(request, singular, plural)

    messages: dict[str, object] = {
        name: translate(sentence) for name, sentence in _MESSAGES.items()
    }
    messages["selected"] = counted("${count} picture selected", "${count} pictures selected")
    messages["loaded"] = counted("${count} more picture", "${count} more pictures")
    messages["done-tag"] = messages["done-untag"] = counted(
        "The tags of ${count} picture were changed.",
        "The tags of ${count} pictures were changed.",
    )
    messages["done-uncollect"] = counted(
        "${count} picture was taken out of the collection.",
        "${count} pictures were taken out of the collection.",
    )
    messages["done-trash"] = counted(
        "${count} picture was moved to the trash.", "${count} pictures were moved to the trash."
    )
    messages["done-restore"] = counted(
        "${count} picture was restored.", "${count} pictures were restored."
    )
    messages["done-remove"] = counted(
        "${count} picture was deleted permanently.", "${count} pictures were deleted permanently."
    )
    # "</script>" would end the element, also within a JSON string.
    return json.dumps(messages, ensure_ascii=False, sort_keys=True).replace("<", "\\u003c")
