"""A customer and an operator, each in their own browser, in front of the running system."""

import re

import pytest
from playwright.sync_api import expect

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(240)]


@pytest.fixture
def customer(browser, running_stack):
    """Somebody on the shop's page, in a browser of their own."""
    context = browser.new_context()
    page = context.new_page()
    page.goto(f"{running_stack.base_url}/widget/{running_stack.demo['assistant']}/demo/")
    yield page.frame_locator("iframe")
    context.close()


def write(place, words):
    place.fill(words)
    place.press("Enter")


def test_a_customer_asks_for_a_person_and_both_see_each_others_words(customer, login, console, page):
    login("operator", "/console/")
    waiting = page.locator("[data-count=waiting]")
    expect(page.locator("#list")).not_to_have_attribute("aria-busy", "true")
    before = int(waiting.inner_text())

    write(customer.locator("textarea"), "Позовите оператора, пожалуйста")
    expect(waiting).to_have_text(str(before + 1), timeout=15_000)
    entry = page.locator(".entry", has_text=re.compile("Посетитель|Visitor")).last
    entry.click()
    expect(page.locator("#thread")).to_contain_text("Позовите оператора, пожалуйста")
    page.locator("#take").click()
    expect(customer.get_by_text(re.compile("подключается Мария")).last).to_be_visible()

    write(page.locator("#words"), "Здравствуйте! Уже смотрю ваш заказ.")
    expect(customer.get_by_text("Здравствуйте! Уже смотрю ваш заказ.", exact=True)).to_be_visible(timeout=15_000)
    expect(page.locator(".bubble.operator").last).to_contain_text(re.compile("Доставлено|Delivered"))
    write(customer.locator("textarea"), "Спасибо, жду")
    expect(page.locator("#thread")).to_contain_text("Спасибо, жду")

    assert page.locator(".bubble", has_text="Уже смотрю ваш заказ").count() == 1
    assert console == []
    page.on("dialog", lambda question: question.accept())
    page.locator("#resolve").click()
    expect(page.locator("#hint")).to_be_visible()
