"""huimages: an image server and image browser."""

from __future__ import annotations

import atexit
import os
import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pyramid.router import Router

_SWITCH_INTERVAL = 0.0005  # seconds


def main(global_config: dict[str, str], **ini: str) -> Router:
    """The WSGI application; what `pserve` calls with the keys of the ini file."""
    from .errors import BadSetting
    from .settings import Settings
    from .wiring import make_follower, make_library, with_secret

    try:
        settings = with_secret(Settings.read(ini, os.environ))
        library = make_library(settings)
        app = make_app(settings, library, ini)
    except BadSetting as error:
        # The start ends with a line an operator can act on, not with a stack trace.
        print(f"huimages: {error}", file=sys.stderr)  # noqa: T201
        sys.exit(2)
    # Threads that wait for Python's lock wait for so long before they insist, and so does the one
    # that reads what clients ask: with the default of 5 ms many clients are served more slowly
    # than one.
    sys.setswitchinterval(_SWITCH_INTERVAL)
    atexit.register(library.close)
    if follower := make_follower(settings, library):
        follower.start()
        atexit.register(follower.close)  # before the library: the last one registered is first
    return app


def make_app(settings: Any, library: Any, ini: dict[str, Any] | None = None) -> Router:
    """The WSGI application on a library that is there already; raises BadSetting."""
    from pyramid.config import Configurator

    from .library.access import least_roles
    from .resources import Root, root_factory
    from .security import secure
    from .security.headers import HeaderWriter
    from .views.hits import Hits
    from .views.request import Request

    root = Root(library, settings.named_sizes, least_roles(settings), settings.negotiate)
    with Configurator(
        settings={**(ini or {}), "huimages": settings},
        root_factory=root_factory(root),
        request_factory=Request,
    ) as config:
        config.set_execution_policy(Hits(root, library, HeaderWriter(settings), settings.hosts))
        config.include("pyramid_chameleon")
        secure(config, settings, library)
        config.add_request_method(lambda request: library, "library", property=True)
        config.include("huimages_app.views.static")
        config.include("huimages_app.views.i18n")
        config.scan("huimages_app.views")
    return config.make_wsgi_app()
