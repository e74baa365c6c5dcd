"""Views that read the same records several times."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pyramid.request import Request

View = Callable[[Any, Request], Any]


def reading_once(view: View) -> View:
    """Decorate a view that changes nothing: equal requests to the storage are sent once."""

    def wrapper(context: Any, request: Request) -> Any:
        with request.services.images.reading():
            return view(context, request)

    return wrapper
