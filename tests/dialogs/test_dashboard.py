"""The seller's pages of dialogs."""

import csv
from datetime import timedelta
from decimal import Decimal
from io import StringIO

import pytest
from django.urls import reverse

from accounts.enums import Role
from dialogs.enums import Channel, DialogStatus, HandoffStatus, RunStatus, Sender
from dialogs.models import Dialog
from dialogs.reports import costs_of, page_of
from tests.dialogs.conftest import NOON
from tests.factories.accounts import MembershipFactory, TenantFactory
from tests.factories.dialogs import (
    ContactFactory,
    DialogFactory,
    DialogRatingFactory,
    MessageFactory,
    MessageRatingFactory,
    RunFactory,
)

pytestmark = pytest.mark.django_db
EVIL = "<script>alert(1)</script>"
RECEIPT = {
    "price": "1.5",
    "sources": [{"title": "Доставка", "quote": "СДЭК 490 рублей", "score": 0.81}],
    "left_out": [{"title": "Возврат", "score": 0.2}],
    "search": {"model": "lexhash-v1", "is_semantic": False, "milliseconds": 7.2, "threshold": 0.35},
    "model": {
        "name": "otklik-quote-1",
        "provider": "embedded",
        "key": "embedded",
        "prompt_tokens": 900,
        "completion_tokens": 60,
        "is_estimated": True,
        "seconds": 0.81,
        "first_token_seconds": 0.2,
    },
}


@pytest.fixture
def tenant():
    return TenantFactory(owner__language_code="en")


@pytest.fixture
def member(client, tenant):
    client.force_login(tenant.owner)
    return client


def names(response):
    return [row.dialog.contact.first_name for row in response.context["page"].rows]


def talk(tenant, name="Анна", text="Сколько стоит доставка?", minutes=0, **fields):
    dialog = DialogFactory(tenant=tenant, contact=ContactFactory(tenant=tenant, first_name=name), **fields)
    MessageFactory(dialog=dialog, text=text, created_at=NOON + timedelta(minutes=minutes))
    return dialog


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_takes_three_queries_of_dialogs_however_long(member, tenant, count, django_assert_num_queries):
    for minutes in range(count):
        dialog = talk(tenant, name=f"Анна {minutes}", minutes=minutes)
        MessageFactory(dialog=dialog, sender=Sender.ASSISTANT, text="490 рублей", receipt=RECEIPT)
    talk(TenantFactory(), name="Чужая")
    found = Dialog.objects.of(tenant)

    with django_assert_num_queries(3):
        page = page_of(found)

    assert [(row.dialog.contact.first_name, row.last.text, row.cost) for row in page.rows] == [
        (f"Анна {minutes}", "490 рублей", Decimal("1.5")) for minutes in reversed(range(count))
    ]


@pytest.mark.parametrize("count", [1, 3])
def test_the_page_takes_as_many_queries_for_three_as_for_one(member, tenant, count, django_assert_num_queries):
    for minutes in range(count):
        talk(tenant, minutes=minutes)

    with django_assert_num_queries(10):
        response = member.get(reverse("dialogs"))

    assert len(response.context["page"].rows) == count


def test_pages_follow_each_other_without_gaps_or_doubles(tenant):
    ours = [talk(tenant, minutes=minutes // 3) for minutes in range(7)]
    silent = DialogFactory(tenant=tenant)

    seen, after = [], ""
    while True:
        page = page_of(Dialog.objects.of(tenant), after=after, size=3)
        seen += [row.dialog for row in page.rows]
        after = page.next
        if not after:
            break

    assert seen == [*reversed(ours), silent]


@pytest.mark.parametrize("after", ["x", "~", "~01a1f966-4e64-7ac3-a9f7-294fbf7e4144", "2026-13-45~x", "\0", "9" * 500])
def test_a_cursor_that_names_nothing_shows_the_first_page(member, tenant, after):
    talk(tenant)

    response = member.get(reverse("dialogs"), {"after": after})

    assert names(response) == ["Анна"]


@pytest.mark.parametrize(
    "query",
    [
        {"status": "closed"},
        {"platform": "telegram"},
        {"handoff": "requested"},
        {"gaps": "1"},
        {"q": "ЧЁРНУЮ пятницу"},
        {"q": "нестер дарь"},
        {"q": "daria@example.com"},
    ],
)
def test_each_filter_finds_the_one(member, tenant, query):
    talk(tenant)
    contact = ContactFactory(tenant=tenant, first_name="Дарья", last_name="Нестеркина", email="daria@example.com")
    wanted = DialogFactory(
        tenant=tenant,
        contact=contact,
        platform=Channel.TELEGRAM,
        status=DialogStatus.CLOSED,
        closed_at=NOON,
        handoff_status=HandoffStatus.REQUESTED,
        fallback=True,
    )
    MessageFactory(dialog=wanted, text="Что будет в чёрную пятницу?")

    assert names(member.get(reverse("dialogs"), query)) == ["Дарья"]


def test_a_search_does_not_look_into_other_shops(member, tenant):
    talk(TenantFactory(), text="уникальное слово")

    assert names(member.get(reverse("dialogs"), {"q": "уникальное"})) == []


def test_nonsense_in_filters_is_ignored(member, tenant):
    talk(tenant)

    response = member.get(reverse("dialogs"), {"status": "x' OR 1=1", "platform": "?", "q": "%", "gaps": "maybe"})

    assert response.status_code == 200


def test_what_customers_write_is_shown_as_text(member, tenant):
    dialog = talk(tenant, name=EVIL, text=EVIL)
    answer = MessageFactory(
        dialog=dialog, sender=Sender.ASSISTANT, text=EVIL, receipt={"sources": [{"title": EVIL, "quote": EVIL}]}
    )
    MessageRatingFactory(message=answer, rating=-1, comment=EVIL)
    DialogRatingFactory(dialog=dialog, comment=EVIL)

    pages = [member.get(reverse("dialogs")), member.get(reverse("dialog", args=[dialog.uuid]))]

    for page in pages:
        assert EVIL not in page.content.decode()
        assert "&lt;script&gt;alert(1)" in page.content.decode()


def test_the_page_of_a_dialog_shows_its_receipt_honestly(member, tenant):
    dialog = talk(tenant)
    MessageFactory(dialog=dialog, sender=Sender.ASSISTANT, text="490 рублей", receipt=RECEIPT)
    RunFactory(dialog=dialog, status=RunStatus.DONE, outcome="answered")

    response = member.get(reverse("dialog", args=[dialog.uuid]))

    content = response.content.decode()
    for words in (
        "СДЭК 490 рублей",
        "lexical (by words, not by meaning)",
        "otklik-quote-1",
        "900 + 60",
        "The customer got an answer",
    ):
        assert words in content
    assert response.context["cost"] == Decimal("1.5")


def test_the_cost_of_a_dialog_is_the_sum_of_its_receipts(tenant):
    dialog, free = talk(tenant), talk(tenant)
    for price in ("1.5", "0.001", "0"):
        MessageFactory(dialog=dialog, sender=Sender.ASSISTANT, receipt={"price": price})

    assert costs_of([dialog.pk, free.pk]) == {dialog.pk: Decimal("1.501")}


def test_news_bring_only_what_is_new(member, tenant):
    dialog = talk(tenant, text="первое")
    MessageFactory(dialog=dialog, text="второе")

    response = member.get(reverse("dialog_news", args=[dialog.uuid]), {"after": 1, "version": dialog.version})

    content = response.content.decode()
    assert ("первое" in content, "второе" in content) == (False, True)
    assert "after=2" in content


@pytest.mark.parametrize("after", [1, "1e5", "-1", "9" * 40, "٣"])
def test_no_news_is_an_empty_answer_and_nonsense_is_zero(member, tenant, after):
    dialog = talk(tenant)

    response = member.get(reverse("dialog_news", args=[dialog.uuid]), {"after": after, "version": dialog.version})

    assert response.status_code == (204 if after == 1 else 200)


def test_a_dialog_is_closed_once(member, tenant, sleeping_workers):
    dialog = talk(tenant)

    for _ in range(2):
        response = member.post(reverse("dialog_close", args=[dialog.uuid]))

    dialog.refresh_from_db()
    assert (response.status_code, dialog.status, dialog.last_seq) == (302, DialogStatus.CLOSED, 2)


def test_a_viewer_does_not_close_dialogs(client, tenant):
    dialog = talk(tenant)
    client.force_login(MembershipFactory(tenant=tenant, role=Role.USER).user)

    response = client.post(reverse("dialog_close", args=[dialog.uuid]))

    dialog.refresh_from_db()
    assert (response.status_code, dialog.status) == (403, DialogStatus.ACTIVE)


@pytest.mark.parametrize(("page", "method"), [("dialog", "get"), ("dialog_news", "get"), ("dialog_close", "post")])
def test_a_strangers_dialog_is_not_found(member, page, method):
    theirs = talk(TenantFactory())

    response = getattr(member, method)(reverse(page, args=[theirs.uuid]))

    theirs.refresh_from_db()
    assert (response.status_code, theirs.status) == (404, DialogStatus.ACTIVE)


@pytest.mark.parametrize("page", ["dialogs", "dialogs_export"])
def test_pages_ask_for_a_log_in(client, page):
    response = client.get(reverse(page))

    assert (response.status_code, "login" in response["Location"]) == (302, True)


def test_the_export_holds_what_the_list_shows_and_no_formulas(member, tenant):
    talk(tenant, name="=HYPERLINK(1)", text="-2+3", minutes=1)
    talk(tenant, name="Борис", platform=Channel.TELEGRAM)
    talk(TenantFactory(), name="Чужая")

    response = member.get(reverse("dialogs_export"), {"platform": "widget"})

    content = b"".join(response.streaming_content).decode("utf-8-sig")
    rows = list(csv.reader(StringIO(content)))
    assert [(row[1], row[-1]) for row in rows[1:]] == [("'=HYPERLINK(1)", "'-2+3")]
    assert response["Content-Type"] == "text/csv; charset=utf-8"
