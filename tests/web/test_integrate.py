"""The examples of docs/integrate.md, run unchanged against a site of their own."""

from __future__ import annotations

import functools
import os
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from fnmatch import fnmatch
from html.parser import HTMLParser
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser

from huimages_app.factory import build_services
from huimages_app.services.container import Services
from huimages_app.services.image_patch import ImagePatch
from tests.support import pictures
from tests.support.served import RunningSite, filled, served
from tests.support.services import add

MANUAL = (Path(__file__).parents[2] / "docs" / "integrate.md").read_text("utf-8")
EXAMPLE = "https://pictures.example.com"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningSite]:
    folder = tmp_path_factory.mktemp("site")
    with served(folder, filled(folder, landscapes=0)) as site:
        yield site


@pytest.fixture
def services(site: RunningSite) -> Iterator[Services]:
    """Return services on the data of the site, without HTTP."""
    services = build_services(site.settings)
    yield services
    services.close()


@pytest.fixture
def token(services: Services) -> str:
    return services.tokens.add("shop", ["read", "upload", "edit"])[1]


@pytest.fixture
def http() -> Iterator[httpx.Client]:
    with httpx.Client(trust_env=False) as client:
        yield client


def examples(language: str, site: RunningSite) -> list[str]:
    """Return the examples in a language, with the URL of the site filled in."""
    fenced = re.findall(r"^```(\w*)\n(.*?)^```$", MANUAL, re.MULTILINE | re.DOTALL)
    found = [example for named, example in fenced if named == language]
    assert found
    return [example.replace(EXAMPLE, site.url) for example in found]


def run(*command: str | Path, folder: Path, **environ: str) -> str:
    """Run a command that must succeed; return its output."""
    done = subprocess.run(
        command,
        cwd=folder,
        env={**os.environ, "NO_PROXY": "127.0.0.1", **environ},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


# -- a static page --------------------------------------------------------------------------


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        """Log nothing."""


@contextmanager
def another_origin(folder: Path) -> Iterator[str]:
    """Run a server for the files of a folder; yield its URL."""
    handler = functools.partial(Quiet, directory=folder)
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


@pytest.mark.slow
def test_documented_static_page_works(
    site: RunningSite, tmp_path: Path, real_browser: Browser
) -> None:
    html, _ = examples("html", site)
    (tmp_path / "page.html").write_text(f"<!DOCTYPE html><title>Shop</title>{html}", "utf-8")
    with another_origin(tmp_path) as url, real_browser.new_page() as page:
        errors: list[str] = []
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.goto(f"{url}/page.html")
        page.wait_for_function(
            "document.images.length == 2 && [...document.images].every(i => i.naturalWidth)"
        )
        shown = page.eval_on_selector_all(
            "#pictures img", "all => all.map(i => [i.alt, i.naturalWidth == i.width])"
        )
    assert sorted(shown) == [
        ["A cup of coffee on a wooden table", True],
        ["Chelsea the cat", True],
    ]
    assert errors == []


@pytest.mark.slow
def test_documented_shop_page_shows_the_present_order(
    site: RunningSite, services: Services, tmp_path: Path, real_browser: Browser
) -> None:
    _, html = examples("html", site)
    (tmp_path / "shop.html").write_text(f"<!DOCTYPE html><title>Shop</title>{html}", "utf-8")
    coffee, rocket = site.images["coffee"].id, site.images["rocket"].id
    patch = ImagePatch(added_references={"artnr": ["10106"]})
    services.editing.update(rocket, patch)
    services.articles.arrange("artnr", "10106", [coffee, rocket])
    services.articles.set_role("artnr", "10106", rocket, "back")
    ratios = {image.id: image.width / image.height for image in site.images.values()}

    def shown(url: str) -> tuple[float, int]:
        """Return the ratio of the large picture, and how many pictures have loaded."""
        with real_browser.new_page() as page:
            page.goto(f"{url}/shop.html")
            page.wait_for_function("[...document.images].every(i => i.complete)")
            ratio, count = page.evaluate(
                "[document.images[0].naturalWidth / document.images[0].naturalHeight,"
                " [...document.images].filter(i => i.naturalWidth).length]"
            )
            return float(ratio), int(count)

    with another_origin(tmp_path) as url:
        ratio, count = shown(url)
        assert (round(ratio, 1), count) == (round(ratios[coffee], 1), 4)
        changed = httpx.put(
            f"{site.url}/api/v1/articles/10106/order", json={"order": [rocket]}, trust_env=False
        )
        changed.raise_for_status()
        first = httpx.get(f"{site.url}/480x320/artnr/10106.jpeg", trust_env=False)
        assert rocket in first.headers["Content-Location"]
    services.editing.update(rocket, ImagePatch(references={"artnr": []}))


# -- Django ---------------------------------------------------------------------------------

DJANGO = """
import sys
import django
from django.conf import settings

url, token, image_id, source = sys.argv[1:]
libraries = {"pictures": "pictures"}
settings.configure(
    HUIMAGES_URL=url,
    HUIMAGES_TOKEN=token,
    TEMPLATES=[{
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "OPTIONS": {"libraries": libraries},
    }],
)
django.setup()
from django.template import engines

template = engines["django"].from_string(source)
for known in (image_id, image_id, "A" * 32 + "01"):
    print(template.render({"product": {"image_id": known}}).strip())
"""


def test_documented_django_template_tag_works(
    site: RunningSite, token: str, tmp_path: Path
) -> None:
    (tmp_path / "pictures.py").write_text(examples("python", site)[0], "utf-8")
    (tmp_path / "shop.py").write_text(DJANGO, "utf-8")
    template = next(example for example in examples("", site) if "{% load" in example)
    image_id = site.images["coffee"].id
    path = os.pathsep.join([str(Path(__file__).parents[2]), str(tmp_path)])
    output = run(
        *(sys.executable, "shop.py", site.url, token, image_id, template),
        folder=tmp_path,
        PYTHONPATH=path,
    )
    first, again, unknown = output.split("\n")[:3]
    assert re.fullmatch(
        r'<img src="\S+" width="\d+" height="160" alt="[\w ]+" class="product" />', first
    )
    assert image_id in first
    assert (again, unknown) == (first, "")


# -- curl -----------------------------------------------------------------------------------


def test_documented_import_works(
    site: RunningSite, services: Services, token: str, tmp_path: Path
) -> None:
    script = examples("sh", site)[0].replace("TOKEN=hui_…", f"TOKEN={token}")
    for number in (4711, 4712):
        (tmp_path / f"{number}.jpeg").write_bytes(pictures.photo(60, 40, seed=number))
    for _ in range(2):  # a repetition changes nothing
        run("sh", "-c", script, folder=tmp_path)
    with httpx.Client(trust_env=False) as http:
        found = http.get(f"{site.url}/api/v1/images?artnr=4711&artnr=4712").json()["items"]
    assert sorted(item["filename"] for item in found) == ["4711.jpeg", "4712.jpeg"]
    assert {item["types"][0] for item in found} == {"product"}


def test_documented_conditional_change_works(
    site: RunningSite, services: Services, token: str, tmp_path: Path
) -> None:
    script = examples("sh", site)[1]
    image_id = site.images["rocket"].id
    output = run("sh", "-ec", script, folder=tmp_path, TOKEN=token, ID=image_id)
    assert '"title": "Red bicycle"' in output
    assert services.images.get(image_id).title == "Red bicycle"
    stale = script.replace('"If-Match: $etag"', """'If-Match: "stale"'""")
    with pytest.raises(AssertionError, match="412"):
        run("sh", "-ec", stale, folder=tmp_path, TOKEN=token, ID=image_id)


# -- WordPress ------------------------------------------------------------------------------


class Discovery(HTMLParser):
    """Finds what an oEmbed consumer looks for in a page."""

    href = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = dict(attrs)
        if tag == "link" and attributes.get("type") == "application/json+oembed":
            self.href = attributes["href"] or ""


def test_documented_wordpress_oembed_works(site: RunningSite, http: httpx.Client) -> None:
    image = site.images["chelsea"]
    page = f"{site.url}/image/{image.id}/"
    (php,) = examples("php", site)
    pattern, endpoint = re.findall(r"'(\S+)'", php)
    assert fnmatch(page, pattern)
    discovery = Discovery()
    discovery.feed(http.get(page, headers={"Accept": "text/html"}).text)
    asked = {"maxwidth": 300, "maxheight": 450, "dnt": 1, "format": "json"}
    for url, more in ((discovery.href, {}), (endpoint, {"url": page})):
        response = http.get(httpx.URL(url).copy_merge_params({**asked, **more}))
        photo = response.json()
        assert (photo["type"], photo["version"]) == ("photo", "1.0")
        assert photo["width"] <= 300
        assert photo["title"] == image.title
        assert http.get(photo["url"]).headers["Content-Type"] == "image/jpeg"


# -- the changes ----------------------------------------------------------------------------


def test_documented_changes_loop_works(
    site: RunningSite, services: Services, http: httpx.Client
) -> None:
    fetched: set[str] = set()
    forgotten: set[str] = set()
    gone = add(services, pictures.photo(30, 20)).image.id
    services.editing.trash(gone)
    names = {
        "httpx": http,
        "site": site.url,
        "forget": forgotten.add,
        "fetch_again": fetched.add,
    }
    exec(examples("python", site)[1], names)
    assert {image.id for image in site.images.values()} <= fetched
    assert forgotten == {gone}
