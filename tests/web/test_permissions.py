"""Every view has the permission of `docs/security.md`, and every role reaches its views only.

The tests read the tables in the manual: a view that they lack fails, and so does a line
without a view.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from pyramid.request import Request
from pyramid.security import NO_PERMISSION_REQUIRED
from pyramid.traversal import ResourceTreeTraverser
from webtest import TestApp

from huimages_app.config.settings import Settings
from huimages_app.services.permissions import ROLES, SCOPES, least_roles, roles_up_to
from huimages_app.web.article_resources import ArticleFile
from tests.support.site import CLOSED, Site

MANUAL = Path(__file__).parents[2] / "docs" / "security.md"
PASSWORD = "correct horse battery"
OPEN_TO_ALL = "–"


@dataclass(frozen=True)
class Row:
    method: str
    url: str
    permission: str


def rows() -> list[Row]:
    lines = re.findall(r"^\| ([A-Z ]+) \| `(/\S*)` \| (\S+) \|$", MANUAL.read_text("utf-8"), re.M)
    return [Row(method, url, who) for methods, url, who in lines for method in methods.split()]


def example(url: str, image_id: str = "A" * 32 + "01") -> str:
    return url.replace("SIZE", "240x160").replace("ID", image_id).replace("TAG", "sea")


# The key of a view: resource, name, method.
View = tuple[type, str, str]


def listed(site: Site) -> dict[View, str]:
    root = site.app.app.root_factory(None)
    found: dict[View, str] = {}
    for row in rows():
        request = Request.blank(example(row.url))
        place = ResourceTreeTraverser(root)(request)
        assert not place["subpath"], row
        found[type(place["context"]), place["view_name"], row.method] = row.permission
    return found


def introspected(site: Site) -> dict[View, str]:
    found: dict[View, str] = {}
    for entry in site.app.app.registry.introspector.get_category("views"):
        view = entry["introspectable"]
        context, methods = view["context"], view["request_methods"]
        if view["exception_only"] or view["route_name"] or "pyramid" in str(context):
            continue
        if isinstance(context, type) and issubclass(context, Exception):
            continue
        if context is ArticleFile:
            continue  # open, signed or for viewers, by the settings: test_article_urls.py
        named = [each["value"] for each in entry["related"] if each.category_name == "permissions"]
        assert named, f"{view['title']} of {context} does not name its permission"
        assert methods, f"{view['title']} of {context} does not name its methods"
        permission = OPEN_TO_ALL if named[0] == NO_PERMISSION_REQUIRED else named[0]
        for method in [methods] if isinstance(methods, str) else methods:
            found.setdefault((context, view["name"], method), permission)
            # Two views of one URL, which a parameter selects, are one line.
            assert found[context, view["name"], method] == permission
    return found


def test_every_view_is_documented_with_its_permission(site: Site) -> None:
    def lines(views: dict[View, str]) -> set[str]:
        return {
            f"{context.__name__} {name!r} {method}: {permission}"
            for (context, name, method), permission in views.items()
        }

    registered, documented = lines(introspected(site)), lines(listed(site))
    assert registered - documented == set(), "docs/security.md lacks these"
    assert documented - registered == set(), "docs/security.md has these, which are no views"


def test_permissions_match_settings_and_scopes() -> None:
    table = re.findall(
        r"^\| (\w+) \| [^|]+ \| `huimages\.who\.(\w+)` \| (\w+) \| (\w*) ?\|$",
        MANUAL.read_text("utf-8"),
        re.M,
    )
    assert [row[0] for row in table] == list(least_roles(Settings()))
    assert {name: role for name, _, role, _ in table} == least_roles(Settings())
    assert all(name == key for name, key, _, _ in table)
    for name, _, _, scope in table:
        assert [each for each, covered in SCOPES.items() if name in covered] == [scope] * bool(
            scope
        )


# -- every URL, requested with every role and scope -------------------------------------------


@dataclass(frozen=True)
class Person:
    """A client and its permissions."""

    name: str
    may: frozenset[str]
    headers: dict[str, str]
    app: TestApp


@pytest.fixture(scope="module")
def closed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    site = Site(tmp_path_factory.mktemp("closed"), **CLOSED, chain="off")
    yield site
    site.close()


@pytest.fixture(scope="module")
def people(closed: Site) -> dict[str, Person]:
    needed = least_roles(closed.settings)
    people = {}
    for role in ROLES:
        app = TestApp(closed.app.app)
        headers = {}
        if role != "visitor":
            closed.services.accounts.add(role, role, PASSWORD)
            app.post("/login", {"name": role, "password": PASSWORD}, status=303)
            headers["Cookie"] = "; ".join(f"{k}={v}" for k, v in app.cookies.items())
            page = TestApp(closed.app.app).get("/login", headers=headers)
            headers["X-CSRF-Token"] = page.html.select_one("[name=csrf_token]")["value"]
        may = {name for name, least in needed.items() if least in roles_up_to(role)}
        people[role] = Person(role, frozenset(may), headers, closed.app.app)
    for scope, covered in SCOPES.items():
        _, text = closed.services.tokens.add(scope, [scope])
        headers = {"Authorization": f"Bearer {text}"}
        people[scope] = Person(scope, covered, headers, closed.app.app)
    return people


@pytest.mark.slow
@pytest.mark.parametrize("who", [*ROLES, *SCOPES])
def test_every_role_and_scope_reaches_exactly_its_views(
    closed: Site, people: dict[str, Person], who: str
) -> None:
    person = people[who]
    wrong = []
    for row in rows():
        if row.url == "/login":  # its 401 means something else
            continue
        image_id = closed.add().id
        response: Any = TestApp(person.app).request(
            example(row.url, image_id),
            method=row.method,
            headers=person.headers,
            status="*",
        )
        allowed = response.status_int not in {401, 403}
        if allowed != (row.permission == OPEN_TO_ALL or {*row.permission.split("+")} <= person.may):
            wrong.append((row, response.status))
        if row.method == "POST" and not allowed:
            assert closed.services.images.get_any(image_id).trashed is None
    assert wrong == []


@pytest.mark.parametrize(
    ("url", "fields", "permission"),
    [
        ("/selection/", {"action": "download"}, "view"),
        ("/selection/", {"action": "tag", "tags": "sea"}, "contribute"),
        ("/selection/", {"action": "untag", "tags": "sea"}, "contribute"),
        ("/selection/", {"action": "trash"}, "edit"),
        ("/trash/", {"action": "restore"}, "edit"),
        ("/trash/", {"action": "remove"}, "admin"),
    ],
)
def test_form_with_several_actions_checks_each_permission(
    closed: Site,
    people: dict[str, Person],
    url: str,
    fields: dict[str, str],
    permission: str,
) -> None:
    for person in people.values():
        image_id = closed.add().id
        response = TestApp(person.app).post(
            url, {**fields, "id": image_id}, headers=person.headers, status="*"
        )
        can_reach = "edit" if url == "/trash/" else "view"
        allowed = {permission, can_reach} <= person.may
        assert (response.status_int not in {401, 403}) == allowed, person.name
