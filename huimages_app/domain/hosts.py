"""Host names and origins, in the form in which they are compared."""

from __future__ import annotations

from urllib.parse import urlsplit

_DEFAULT_PORTS = {"http": 80, "https": 443}


def host_of(text: str) -> str:
    """Return the name in a Host header, in lowercase, without port and the dot of the DNS root."""
    text = text.strip().lower()
    name = text.partition("]")[0] + "]" if text.startswith("[") else text.partition(":")[0]
    return name.removesuffix(".")


def origin_of(url: str) -> str:
    """Return scheme, host and port as browsers send them in `Origin`; raises ValueError.

    Browsers send scheme and host in lowercase, and the port if it is not the default one.
    """
    parts = urlsplit(url.lower())
    if parts.scheme not in _DEFAULT_PORTS or not parts.hostname:
        raise ValueError(f"{url[:100]!r} is not a URL of http or https")
    if parts.path.rstrip("/") or parts.query or parts.fragment:
        raise ValueError(f"{url[:100]!r} has more than scheme, host and port")
    host = host_of(parts.netloc.rpartition("@")[2])
    port = "" if parts.port in {None, _DEFAULT_PORTS[parts.scheme]} else f":{parts.port}"
    return f"{parts.scheme}://{host}{port}"
