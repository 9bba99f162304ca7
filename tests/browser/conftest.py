"""People in front of the running system."""

import pytest


@pytest.fixture
def console(page):
    """Whatever the browser complains about: errors, refused content, failed requests."""
    complaints = []
    page.on("console", lambda entry: complaints.append(entry.text) if entry.type in {"error", "warning"} else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    return complaints


@pytest.fixture
def login(page, running_stack):
    """Log in as the demo shop's owner, operator or our staff."""

    def enter(role, path="/"):
        person = next(row for row in running_stack.demo["logins"] if row["role"] == role)
        page.goto(f"{running_stack.base_url}/accounts/login/?next={path}")
        page.fill("input[name=login]", person["email"])
        page.fill("input[name=password]", person["password"])
        page.click("main button[type=submit]")
        page.wait_for_url(f"**{path}")
        return page

    return enter


@pytest.fixture
def chat(page, running_stack):
    """Open the demo shop's chat and return its frame."""

    def open_chat():
        page.goto(f"{running_stack.base_url}/widget/{running_stack.demo['assistant']}/demo/")
        return page.frame_locator("iframe")

    return open_chat
