"""Steps on pages for accounts and share links, before tests and screenshots inspect them."""

from __future__ import annotations

from itertools import count

from playwright.sync_api import Page, expect

from tests.support.served import VIEWER
from tests.support.site import PASSWORD

_PASSWORD = "open sesame, please"
_numbers = count()  # for names that the site does not have yet


def form_expired(page: Page) -> None:
    """Send a form that lacks its token."""
    page.evaluate(
        """() => {
          const form = Object.assign(document.createElement("form"), { method: "post" });
          document.body.append(form);
          form.submit();
        }"""
    )
    page.locator("[data-status='400']").wait_for()


def viewer_signed_in(page: Page) -> None:
    """Sign in with an account that may look only, and go where the page leads back to."""
    page.get_by_label("Name").fill(VIEWER)
    page.get_by_label("Password").fill(PASSWORD)
    page.locator("main").get_by_role("button", name="Sign in").click()
    page.locator("[data-status='403']").wait_for()


def denied(page: Page) -> None:
    """Sign in with a wrong password."""
    page.get_by_label("Name").fill("paula")
    page.get_by_label("Password").fill("not the password")
    page.locator("main").get_by_role("button", name="Sign in").click()
    page.locator(".note.bad").wait_for()


def account_added(page: Page) -> str:
    """Add an account, and return its name."""
    name = f"paula{next(_numbers)}@photographs.example.com"
    page.locator("#name").fill(name)
    page.locator("#role").select_option("editor")
    page.locator("#password").fill(_PASSWORD)
    page.get_by_role("button", name="Add account").click()
    expect(page.locator("[data-notice]")).to_contain_text(name)
    return name


def account_opened(page: Page) -> None:
    account_added(page)
    page.locator(".people summary").first.click()


def token_created(page: Page) -> None:
    page.locator("#token-name").fill("Shop of the furniture department")
    page.get_by_label("read").check()
    page.get_by_label("upload").check()
    page.get_by_role("button", name="Create token").click()
    page.locator("[data-token]").wait_for()


def signed_in(page: Page) -> None:
    """Sign in, and open the page of the own account."""
    name = account_added(page)
    page.get_by_role("contentinfo").get_by_role("link", name="Sign in").click()
    page.get_by_label("Name").fill(name)
    page.get_by_label("Password").fill(_PASSWORD)
    page.locator("main").get_by_role("button", name="Sign in").click()
    page.get_by_role("contentinfo").get_by_role("link", name=name).click()
    expect(page.locator("h1")).to_have_text(name)


def link_created(page: Page, password: str = "") -> str:
    """Create a share link, and return its URL."""
    page.locator("#password").fill(password)
    page.locator("[name=originals]").check()
    page.get_by_role("button", name="Create link").click()
    return page.locator("[data-link]").input_value()


def link_followed(page: Page) -> None:
    page.goto(link_created(page))
    page.locator(".cover").wait_for()


def shared_downloads(page: Page) -> None:
    link_followed(page)
    page.locator("summary", has_text="Download all").click()


def shared_picture(page: Page) -> None:
    link_followed(page)
    page.goto(page.locator(".grid a").first.evaluate("link => link.href"))
    page.locator(".single").wait_for()


def shared_full_screen(page: Page) -> None:
    link_followed(page)
    page.get_by_role("button", name="Full screen").click()
    page.locator(".pswp__img").last.wait_for()
    page.wait_for_timeout(300)  # PhotoSwipe shows its buttons after a moment


def link_locked(page: Page) -> None:
    page.goto(link_created(page, _PASSWORD))
    page.locator(".locked").wait_for()


def link_denied(page: Page) -> None:
    link_locked(page)
    page.locator("#password").fill("not the password")
    page.get_by_role("button", name="Show pictures").click()
    page.locator(".note.bad").wait_for()


def link_revoked(page: Page) -> None:
    """Revoke a share link, and follow it."""
    url = link_created(page)
    page.get_by_role("button", name="Revoke").first.click()
    page.get_by_role("dialog").get_by_role("button", name="Revoke").click()
    expect(page.locator("[data-notice]")).to_be_visible()
    page.goto(url)
    page.locator("h1").wait_for()
