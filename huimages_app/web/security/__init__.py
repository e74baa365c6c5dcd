"""Identification, permissions and security headers: Pyramid's hooks for the whole site."""

from __future__ import annotations

from typing import Any

from pyramid.request import Request

from ...config.settings import Settings
from ...errors import BadSetting
from ...services.container import Services
from ...services.keys import derived_key
from ...services.permissions import ADMINISTER
from .audit import Auditing
from .client_ip import ClientIps
from .cookies import Cookies
from .cors import CrossOrigin
from .csrf import OriginCheck, needs_token
from .headers import HeaderWriter
from .identity import Identification, Identity
from .policy import SecurityPolicy
from .visitors import old_visitor_id


def secure(config: Any, settings: Settings, services: Services) -> None:
    """Set up a Pyramid configurator for a site with these settings; raises BadSetting."""
    if not settings.secret:
        raise BadSetting(
            "setting 'huimages.secret' is missing: python3 -c "
            "'import secrets; print(secrets.token_hex(32))' makes one"
        )
    cookies = Cookies(derived_key(settings.secret, "cookies"))
    config.set_session_factory(cookies.session)
    client_ips = ClientIps(settings.proxy_addresses)
    policy = SecurityPolicy(Identification(services, settings, client_ips))
    config.set_security_policy(policy)
    # A view without a permission is closed, not open.
    config.set_default_permission(ADMINISTER)
    # Pyramid checks the Origin on https only; OriginCheck is a tween and applies to http, too.
    config.set_default_csrf_options(require_csrf=True, check_origin=False, callback=needs_token)
    Auditing.install(config, client_ips)
    OriginCheck.install(config, settings)
    CrossOrigin.install(config, settings)
    config.add_subscriber(HeaderWriter(settings), "pyramid.events.NewResponse")
    config.add_request_method(lambda request: cookies, "signed_cookies", property=True)
    config.add_request_method(
        lambda request: request.identity.visitor_id, "visitor_id", property=True
    )
    config.add_request_method(old_visitor_id, reify=True)
    config.add_request_method(client_ips.client, "client_ip", property=True)

    def ensure_visitor(request: Request) -> str:  # Pyramid does not bind a bound method
        return policy.ensure_visitor(request)

    config.add_request_method(ensure_visitor)


__all__ = ["Identity", "secure"]
