"""Reports of errors to Sentry, or to a server with its protocol: every log line of an error.

Needs the extra `huimages[sentry]`, which is imported only if a DSN is set.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

from ..errors import BadSetting
from . import request_ids
from .logs import without_secrets

_FLUSH = 2.0  # seconds for the last reports when the process ends


def require(dsn: str) -> None:
    """Raise BadSetting if the package is missing, or the DSN is none."""
    try:
        from sentry_sdk.utils import BadDsn, Dsn
    except ImportError as error:
        raise BadSetting(
            f"setting 'huimages.sentry.dsn' needs a package: pip install 'huimages[sentry]' "
            f"({error})"
        ) from None
    try:
        Dsn(dsn)
    except BadDsn:
        raise BadSetting(
            "setting 'huimages.sentry.dsn' is no DSN; expected https://KEY@HOST/PROJECT"
        ) from None


def set_up(dsn: str, environment: str) -> Callable[[], None]:
    """Report errors; return the function that sends the last of them.

    Nothing of a request is sent but its ID, no values of variables, and no texts that look like
    secrets.
    """
    import sentry_sdk
    from sentry_sdk.integrations.dedupe import DedupeIntegration
    from sentry_sdk.integrations.logging import LoggingIntegration

    sentry_sdk.init(
        dsn,
        environment=environment or None,
        # Others would patch Pyramid, urllib3 and threads.
        default_integrations=False,
        integrations=[
            LoggingIntegration(level=logging.INFO, event_level=logging.ERROR),
            DedupeIntegration(),
        ],
        include_local_variables=False,
        auto_session_tracking=False,
        before_send=_prepared,
        before_breadcrumb=lambda crumb, hint: _cleaned(crumb),
    )

    def end() -> None:
        client = sentry_sdk.get_client()
        client.close(timeout=_FLUSH)
        sentry_sdk.get_global_scope().set_client(None)

    return end


def _prepared(event: Any, hint: Any) -> Any:
    if request_id := request_ids.current():
        event.setdefault("tags", {})["request"] = request_id
    return _cleaned(event)


def _cleaned(value: Any) -> Any:
    """Return the value with all texts in it without secrets."""
    if isinstance(value, str):
        return without_secrets(value)
    if isinstance(value, dict):
        return {key: _cleaned(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_cleaned(item) for item in value]
    return value
