"""A newcomer's first minutes with the running system, in a real browser."""

import re

import pytest
from playwright.sync_api import expect

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(420)]


def ask(frame, words):
    frame.locator("textarea").fill(words)
    frame.locator("textarea").press("Enter")


def test_a_visitor_asks_in_russian_and_sees_the_answer_with_its_sources(chat, console, page):
    frame = chat()
    ask(frame, "Сколько хранится заказ в пункте выдачи СДЭК?")

    expect(frame.get_by_text(re.compile("7 дней")).locator("visible=true").first).to_be_visible(timeout=30_000)
    sources = frame.locator("details, [data-sources]").filter(has_text=re.compile("Источник|Sources"))
    expect(sources.first).to_be_visible(timeout=30_000)
    assert console == []

    page.reload()
    again = page.frame_locator("iframe")
    expect(again.get_by_text("Сколько хранится заказ в пункте выдачи СДЭК?")).to_be_visible(timeout=10_000)
    expect(again.get_by_text(re.compile("7 дней")).locator("visible=true").first).to_be_visible()


def test_the_seller_finds_the_dialog_and_what_it_cost(chat, login, console, page):
    words = "Сколько дней хранится заказ в пункте выдачи СДЭК?"
    frame = chat()
    ask(frame, words)
    expect(frame.get_by_text(re.compile("7 дней")).locator("visible=true").first).to_be_visible(timeout=30_000)

    login("owner", "/dialogs/")
    page.get_by_role("link", name=re.compile("Посетитель|Visitor")).first.click()

    expect(page.get_by_text(words).first).to_be_visible()
    expect(page.get_by_text(re.compile(r"1,50?\s*₽")).first).to_be_visible()
    assert console == []


def test_a_person_can_be_called(chat):
    frame = chat()
    ask(frame, "Позовите оператора, пожалуйста")

    expect(frame.get_by_text(re.compile("Зову|Позв|calling|сотрудник|оператор", re.IGNORECASE)).last).to_be_visible(
        timeout=15_000
    )


def test_a_new_article_is_answered_from_minutes_later(chat, login, page):
    login("owner", "/knowledge/")
    page.get_by_role("button", name=re.compile("Текст|Text|Написать|Write", re.IGNORECASE)).first.click()
    page.locator("input[name=title]:visible").fill("Бархатная упаковка")
    page.locator("textarea[name=text]:visible").fill(
        "Бархатная упаковка Полнолуние стоит 777 рублей и бывает только синей. Заказать её можно вместе с любой вещью."
    )
    page.locator("input[name=title]:visible").press("Enter")
    expect(page.get_by_text("Бархатная упаковка").first).to_be_visible()
    row = page.locator("tr", has_text="Бархатная упаковка").first
    expect(row).to_contain_text(re.compile("Готов|Ready"), timeout=60_000)

    frame = chat()
    ask(frame, "Сколько стоит бархатная упаковка Полнолуние?")

    expect(frame.get_by_text(re.compile("777")).locator("visible=true").first).to_be_visible(timeout=30_000)


PAGES = [
    "/",
    "/dialogs/",
    "/console/",
    "/knowledge/",
    "/knowledge/test/",
    "/assistants/",
    "/balance/",
    "/team/",
    "/api-keys/",
    "/profile/",
]


@pytest.mark.parametrize("language", ["ru", "en"])
@pytest.mark.parametrize("width", [1280, 390])
def test_every_page_opens_without_a_complaint_and_fits_the_screen(login, console, page, running_stack, language, width):
    page.set_viewport_size({"width": width, "height": 800})
    login("owner")
    page.locator("details:has(button[name=language]) summary:visible").first.click()
    page.locator(f"button[name=language][value={language}]:visible").first.click()
    expect(page.locator("html")).to_have_attribute("lang", language)

    for path in PAGES:
        response = page.goto(running_stack.base_url + path)
        assert response.status == 200, path
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth + 1"), f"{path} is too wide"
    assert console == []


def test_our_staff_sees_every_table_in_the_admin(login, console, page, running_stack):
    login("staff", "/admin/")
    links = page.eval_on_selector_all("a[href^='/admin/']", "nodes => nodes.map(node => node.getAttribute('href'))")
    tables = sorted({link for link in links if re.fullmatch(r"/admin/[a-z_]+/[a-z_]+/", link)})

    statuses = {table: page.goto(running_stack.base_url + table).status for table in tables}

    assert len(tables) >= 45
    assert set(statuses.values()) == {200}, {table: status for table, status in statuses.items() if status != 200}
    assert console == []


def test_a_visitor_rates_an_answer_and_changes_their_mind(chat, page):
    frame = chat()
    ask(frame, "Сколько хранится заказ в пункте выдачи СДЭК?")
    up, down = (frame.locator(".thumbs .thumb").nth(number) for number in (0, 1))
    expect(up).to_be_visible(timeout=30_000)
    up.click()
    expect(up).to_have_attribute("aria-pressed", "true")

    down.click()
    expect(down).to_have_attribute("aria-pressed", "true")

    page.reload()
    again = page.frame_locator("iframe").locator(".thumbs .thumb")
    expect(again.nth(1)).to_have_attribute("aria-pressed", "true", timeout=10_000)
    expect(again.nth(0)).to_have_attribute("aria-pressed", "false")


def test_a_visitor_stops_an_answer_under_way(chat, login, page):
    words = "Как оформить возврат, какие сроки и документы нужны, кто платит за доставку?"
    frame = chat()
    ask(frame, words)
    stop = frame.locator("#send.stop")
    expect(stop).to_be_visible(timeout=30_000)
    stop.click()
    expect(stop).to_be_hidden(timeout=10_000)

    login("owner", "/dialogs/")
    page.get_by_role("link", name=re.compile("Посетитель|Visitor")).first.click()

    expect(page.get_by_text(words).first).to_be_visible()
    expect(page.get_by_text(re.compile("Остановлен", re.IGNORECASE)).first).to_be_visible()
