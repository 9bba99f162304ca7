"""The way in and the dashboard's frame, in a real browser."""

import re

import pytest
from django.core import mail

from accounts import services
from accounts.models import User
from tests.factories.accounts import PASSWORD, MembershipFactory, UserFactory

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True, serialized_rollback=True),
    pytest.mark.usefixtures("complaints"),
]

SECTIONS = (
    "/",
    "/team/",
    "/api-keys/",
    "/profile/",
    "/accounts/email/",
    "/accounts/2fa/",
    "/accounts/password/change/",
)


@pytest.fixture
def complaints(page):
    """What the browser refused or could not run; pages that are refused on purpose aside."""
    heard = []
    page.on("console", lambda message: heard.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: heard.append(str(error)))
    yield heard
    assert [text for text in heard if "403" not in text] == []


@pytest.fixture
def logged_in(page, live_server, settings):
    def log_in(user):
        page.goto(f"{live_server.url}/accounts/login/")
        page.fill("input[name=login]", user.email)
        page.fill("input[name=password]", PASSWORD)
        page.click("button.primary")
        page.wait_for_url(f"{live_server.url}/")

    settings.CSRF_TRUSTED_ORIGINS = [live_server.url]
    return log_in


def test_a_seller_signs_up_confirms_waits_and_gets_in(page, live_server, settings, logged_in):
    settings.BASE_URL = live_server.url
    page.goto(f"{live_server.url}/accounts/signup/")
    for name, text in {
        "full_name": "Анна",
        "shop": "Тёплый дом",
        "email": "a@example.com",
        "password1": PASSWORD,
    }.items():
        page.fill(f"input[name={name}]", text)
    page.click("button.primary")
    page.wait_for_url("**/accounts/confirm-email/")

    page.goto(re.search(r"http\S+", mail.outbox[0].body).group())
    page.click("main button.primary")
    page.wait_for_url("**/accounts/login/**")
    logged_in(User.objects.get())
    assert page.locator("main .mark").is_visible()
    assert page.locator(".sidebar").count() == 0

    services.approve(User.objects.get(), by=None, at=User.objects.get().created_at)
    page.reload()
    assert page.locator(".sidebar").get_by_text("Тёплый дом").is_visible()


@pytest.mark.parametrize("width", [360, 768, 1440, 1920])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_pages_fit_the_screen_and_break_no_policy(page, live_server, logged_in, width, scheme):
    page.set_viewport_size({"width": width, "height": 800})
    page.emulate_media(color_scheme=scheme)
    logged_in(MembershipFactory(role="admin", tenant__name="Очень длинное название магазина тёплых вещей").user)

    for path in SECTIONS:
        page.goto(f"{live_server.url}{path}")
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path
        assert page.evaluate("getComputedStyle(document.body).fontFamily").startswith("system-ui"), path


def test_theme_language_and_drawer(page, live_server, logged_in):
    logged_in(MembershipFactory().user)
    page.click("[data-theme-toggle]")
    page.click("[data-theme-toggle]")
    page.goto(f"{live_server.url}/team/")
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"

    page.click("summary:has-text('RU')")
    page.click("button[value=en]")
    assert page.locator("html").get_attribute("lang") == "en"

    page.set_viewport_size({"width": 390, "height": 800})
    page.wait_for_selector(".sidebar .nav", state="hidden")
    page.click("[data-drawer-open]")
    assert page.locator(".sidebar .nav").is_visible()
    page.keyboard.press("Escape")
    page.wait_for_selector(".sidebar .nav", state="hidden")


def test_staff_pages_and_api_docs_break_no_policy_either(page, live_server, logged_in):
    logged_in(UserFactory(is_staff=True, is_superuser=True))

    for path in ("/admin/", "/admin/accounts/user/", "/admin/accounts/systemsetting/add/"):
        page.goto(f"{live_server.url}{path}")
        assert page.locator("#nav-sidebar, #main").first.is_visible()
    page.goto(f"{live_server.url}/api/docs/")
    page.wait_for_selector(".opblock", timeout=15_000)
