"""Exit with 0 if the process in this container responds; the health check of deploy/Containerfile.

It asks for /healthz and not for /readyz: restarting this container does not repair its storage.
"""

import http.client
import os

# With huimages.hosts, other names get status 400.
host = (os.environ.get("HUIMAGES_HOSTS") or "127.0.0.1").split()[0]
connection = http.client.HTTPConnection("127.0.0.1", 6543, timeout=4)
connection.request("GET", "/healthz", headers={"Host": host})
status = connection.getresponse().status
if status != 200:
    raise SystemExit(f"/healthz returned {status} for host {host}")
