"""huimages: an image server and image browser."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pyramid.router import Router

    from .config.settings import Settings
    from .observation.reports import Reports

_SWITCH_INTERVAL = 0.0005  # seconds


def main(global_config: dict[str, str], **ini: str) -> Router:
    """Return the WSGI application; `pserve` calls it with the keys of the ini file."""
    from .config.settings import Settings
    from .errors import BadSetting
    from .observation import multiprocess

    try:
        settings = Settings.read(ini, os.environ)
        if settings.workers > 1:
            # Before the metrics are imported.
            multiprocess.share()
        from .factory import build_services
        from .imaging.allocator import return_freed_memory
        from .services.keys import with_secret
        from .web import lifecycle
        from .web.presentation.templates import compile_templates

        settings = with_secret(settings)
        reports = _observe(settings)
        services = build_services(settings)
        app = make_app(settings, services, ini)
        compile_templates(app.registry, settings.var / "templates")
    except BadSetting as error:
        # One line that the operator can act on, without a traceback.
        print(f"huimages: {error}", file=sys.stderr)  # noqa: T201
        sys.exit(2)
    # Seconds that a thread, such as the one that reads requests, waits for the interpreter lock
    # before it interrupts the running thread.  With the default of 5 ms, many clients are served
    # more slowly than one.
    sys.setswitchinterval(_SWITCH_INTERVAL)

    def start() -> None:
        services.start()
        # It starts threads, and decoders are forked from a process without any.
        reports.start()

    def close() -> None:
        services.close()
        reports.close()

    lifecycle.register(lifecycle.Site(settings.workers, start, close))
    # Of the templates and catalogues as text: 8 MB, which worker processes would copy bit by bit.
    return_freed_memory()
    return app


def _observe(settings: Settings) -> Reports:
    """Set up the logs; return the traces and reports, not started.  Raises BadSetting."""
    from .observation import logs
    from .observation.reports import Reports

    if settings.log.format == "json":
        logs.write_json()
    otel, sentry = settings.otel, settings.sentry
    return Reports(otel.endpoint, otel.sample, sentry.dsn, sentry.environment)


def make_app(settings: Any, services: Any, ini: dict[str, Any] | None = None) -> Router:
    """Return the WSGI application on existing services; raises BadSetting."""
    from pyramid.config import Configurator

    from .observation import metrics
    from .services.permissions import least_roles
    from .web.article_hits import ArticleHits
    from .web.cache_hits import CacheHits
    from .web.kept_responses import KeptResponses
    from .web.observed_requests import ObservedRequests
    from .web.request import Request
    from .web.reserved_names import require_free_names
    from .web.resources import Root, root_factory
    from .web.security import secure
    from .web.security.headers import HeaderWriter

    root = Root(services, settings.named_sizes, least_roles(settings), settings.negotiate)
    with Configurator(
        settings={**(ini or {}), "huimages": settings},
        root_factory=root_factory(root),
        request_factory=Request,
    ) as config:
        writer, article_hits = HeaderWriter(settings), ArticleHits(services, settings)
        hits = CacheHits(root, services, writer, article_hits, settings.hosts)
        config.set_execution_policy(
            ObservedRequests(hits, settings.proxy_addresses, settings.log.slow)
        )
        config.include("huimages_app.web.observed_requests")
        config.include("pyramid_chameleon")
        # Before the headers of security, which depend on the cookie of the language.
        config.include("huimages_app.web.presentation.i18n")
        secure(config, settings, services)
        config.add_request_method(lambda request: services, "services", property=True)
        config.include("huimages_app.web.presentation.static_files")
        config.include("huimages_app.web.presentation.site")
        config.scan("huimages_app.web")
    app = config.make_wsgi_app()
    if settings.cache.memory:
        app.kept_responses = KeptResponses(settings.cache.memory, metrics.count_kept_hit)
    require_free_names(app.registry, settings.named_sizes)
    return app
