"""A CouchDB server, or the nodes of a cluster, and its credentials."""

from __future__ import annotations

from urllib.parse import unquote, urlsplit

from ...config.storage_settings import CouchdbSettings
from ...errors import BadSetting
from .database import Database, Merge
from .transport import BASE, Node, Transport, couchdb


class Server:
    """A CouchDB server or cluster; all databases of a process share its connections.

    The URL of the settings holds the URLs of one or more nodes, separated by blanks or lines.
    """

    def __init__(self, settings: CouchdbSettings) -> None:
        nodes = [
            _node(part, settings.username, settings.password)
            for part in settings.url.split() or [""]
        ]
        self.timeout = settings.timeout
        self.transport = Transport(nodes, settings.timeout, settings.ca_bundle)
        self._server = couchdb.Server(BASE, session=self.transport)

    def database(self, name: str, merge: Merge | None = None) -> Database:
        """Return the handle of a database, which need not exist.

        `merge` makes one document of conflicting revisions.
        """
        return Database(self.transport, name, self._server.resource(name), merge)

    def close(self) -> None:
        self.transport.close()


def _node(url: str, username: str, password: str) -> Node:
    """Return the node at a URL; its credentials may be in the URL, percent-encoded."""
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise BadSetting(
            "setting 'huimages.couchdb.url' holds a value that is no http:// or https:// URL"
        )
    username = username or unquote(parts.username or "")
    password = password or unquote(parts.password or "")
    if bool(username) != bool(password):
        given, missing = ("username", "password") if username else ("password", "username")
        raise BadSetting(
            f"setting 'huimages.couchdb.{missing}' is missing: a {given} is set, "
            "by itself or in 'huimages.couchdb.url'"
        )
    host = parts.netloc.rpartition("@")[2]
    base = parts._replace(netloc=host, query="", fragment="").geturl().rstrip("/")
    if not username:
        return Node(base, {})
    token = couchdb.http.basic_auth((username, password)).decode("ascii")
    return Node(base, {"Authorization": token})
