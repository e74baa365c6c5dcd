"""A CouchDB account without permissions, for servers without accounts.

A proxy that responds as CouchDB does to accounts that are not administrators: they may read and
write documents, but not change databases and design documents.
"""

from __future__ import annotations

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType

import httpx


class Refusing:
    """Yield the URL of a proxy for the server at `url`."""

    def __init__(self, url: str) -> None:
        self._client = httpx.Client(base_url=url, timeout=20, trust_env=False)
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self._client))
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,))

    def __enter__(self) -> str:
        self._thread.start()
        return f"http://127.0.0.1:{self._server.server_address[1]}/"

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()
        self._client.close()


def _handler(client: httpx.Client) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.0"  # one connection per request: none stays open

        def _answer(self) -> None:
            path = self.path.partition("?")[0].strip("/")
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            if self.command in {"PUT", "DELETE"} and ("/" not in path or "/_design/" in path):
                status, content = 403, b'{"error": "forbidden", "reason": "You are no admin."}'
            else:
                headers = {"Content-Type": "application/json", "Accept": "application/json"}
                response = client.request(self.command, self.path, content=body, headers=headers)
                status, content = response.status_code, response.content
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_PUT = do_POST = do_DELETE = _answer  # noqa: N815

        def log_message(self, format: str, *args: object) -> None:
            """Log nothing."""

    return Handler
