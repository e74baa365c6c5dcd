"""Schemathesis finds nothing: requests made from the document, good and bad, to a server."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from huimages_app.web.api.openapi import operations
from tests.support.pictures import photo
from tests.support.processes import free_port, serving
from tests.support.services import add, services_in

INI = """
[app:main]
use = egg:huimages
huimages.originals.path = %(here)s/originals
huimages.metadata.path = %(here)s/metadata.sqlite
huimages.cache.path = %(here)s/cache
huimages.var = %(here)s/var
huimages.secret = generate
huimages.who.view = everyone
huimages.who.contribute = everyone
huimages.who.upload = everyone
huimages.who.edit = everyone

[server:main]
paste.server_runner = huimages_app.web.server:serve
listen = 127.0.0.1:{port}
"""
# Values that only the site can give out, and what good requests may get beside success: random
# bytes are no picture, JSON Schema cannot say that left is before right, and tags accumulate
# beyond their number; keys, roles and members of articles are the site's.  Deleted annotations
# of an image are empty and not gone.
CONFIGURATION = """
[parameters]
"path.id" = "{image}"
"query.cursor" = ""
"query.since" = ""
"header.If-Match" = "*"

[[operations]]
include-name = "DELETE /images/{{id}}"
parameters = {{ "path.id" = "{another}" }}

[[operations]]
include-name = "POST /images"
checks.positive_data_acceptance.expected-statuses = [200, 201, 409, 413, 415]

[[operations]]
include-name = "PATCH /images/{{id}}"
checks.positive_data_acceptance.expected-statuses = [200, 400, 404, 410]

[[operations]]
include-name = "POST /images/{{id}}/tags"
checks.positive_data_acceptance.expected-statuses = [200, 400, 404, 410]

[[operations]]
include-name-regex = "^GET /images(/facets|/months)?$"
checks.positive_data_acceptance.expected-statuses = [200, 400]

[[operations]]
include-name = "GET /articles"
checks.positive_data_acceptance.expected-statuses = [200, 400]

[[operations]]
include-name-regex = "^PUT /articles/.*/(order|role)$"
checks.positive_data_acceptance.expected-statuses = [200, 400, 404]

[[operations]]
include-name-regex = "/(collections|shares)"
checks.positive_data_acceptance.expected-statuses = [200, 201, 204, 400, 404, 412]

[[operations]]
include-name-regex = "^GET /images/[^/]+/(tags|rating|favorite)$"
checks.use_after_free.enabled = false
"""


@pytest.mark.timeout(300)
def test_api_fuzzing_finds_no_violation(tmp_path: Path) -> None:
    services = services_in(tmp_path)
    image = add(services, photo(60, 40), title="Quay", tags=["sea"]).image.id
    another = add(services, photo(40, 60)).image.id
    services.close()
    port = free_port()
    (tmp_path / "site.ini").write_text(INI.format(port=port), encoding="utf-8")
    configuration = CONFIGURATION.format(image=image, another=another)
    (tmp_path / "schemathesis.toml").write_text(configuration, encoding="utf-8")
    url = f"http://127.0.0.1:{port}"
    program = shutil.which("schemathesis", path=str(Path(sys.executable).parent))
    assert program, "schemathesis is not installed: make develop"

    server = (sys.executable, "-m", "pyramid.scripts.pserve", "site.ini")
    with serving(server, f"{url}/healthz", folder=tmp_path):
        done = subprocess.run(
            [
                *(program, "run", f"{url}/api/v1/openapi.json", "--no-color"),
                *("--phases", "examples,coverage,fuzzing,stateful", "--max-examples", "8"),
                *("--seed", "1", "--generation-deterministic", "--continue-on-failure"),
            ],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            timeout=280,
            check=False,
        )

    assert done.returncode == 0, done.stdout[-30000:] + done.stderr[-2000:]
    assert f"Tested: {len(operations())}" in done.stdout
    assert "Traceback" not in (tmp_path / "server.log").read_text(encoding="utf-8")
