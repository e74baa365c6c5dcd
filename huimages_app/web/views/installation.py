"""Installation of the site as an app: the manifest, and the worker of the share menu."""

from __future__ import annotations

from pathlib import Path

from pyramid.request import Request
from pyramid.response import Response
from pyramid.security import NO_PERMISSION_REQUIRED
from pyramid.view import view_config

from ..presentation.conditional import conditional_json
from ..resources import Root, Upload

_WORKER = Path(__file__).parents[2] / "static/js/share_worker.js"
# The light --ground of static/tokens.css: shown while the app starts, and around its pages.
GROUND = "#ffffff"


@view_config(
    context=Root,
    name="manifest.webmanifest",
    request_method="GET",
    permission=NO_PERMISSION_REQUIRED,
)
def manifest(request: Request) -> Response:
    """Return the web app manifest.  Browsers request it without cookies."""
    site = request.site
    icons = [
        {
            "src": site.static(f"app-icons/{purpose}-{side}.png"),
            "sizes": f"{side}x{side}",
            "type": "image/png",
            "purpose": purpose,
        }
        for purpose in ("any", "maskable")
        for side in (192, 512)
    ]
    content = {
        "id": site.path(),
        "name": site.name,
        "short_name": site.name[:12],
        "start_url": site.path(),
        "scope": site.path(),
        "display": "standalone",
        "background_color": GROUND,
        "theme_color": GROUND,
        "icons": icons,
        # The worker below takes these requests; the server has no such URL.
        "share_target": {
            "action": site.view_path("upload", "share"),
            "method": "POST",
            "enctype": "multipart/form-data",
            "params": {
                "files": [{"name": "uploadfile", "accept": ["image/*", ".heic", ".heif", ".avif"]}]
            },
        },
    }
    response = conditional_json(content, headers={"Cache-Control": "public, max-age=300"})
    response.content_type = "application/manifest+json"
    return response


@view_config(
    context=Upload, name="worker.js", request_method="GET", permission=NO_PERMISSION_REQUIRED
)
def share_worker(context: Upload, request: Request) -> Response:
    """Return the service worker.  Its path limits it to the pages below /upload/."""
    response = Response(_WORKER.read_bytes(), content_type="text/javascript", charset="utf-8")
    # It may request nothing.  The usual policy of files has `sandbox`, in which no worker runs.
    response.headers["Content-Security-Policy"] = "default-src 'none'"
    response.headers["Cache-Control"] = "no-cache"
    return response
