"""The page of figures and the home page say how conversations went, each number leading to its list."""

import csv
import io
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.timezone import localdate, now

from accounts.ports import home_decisions
from dialogs.enums import HandoffReason, HandoffStatus
from dialogs.models import Dialog
from operators import outcomes
from tests.factories.accounts import TenantFactory
from tests.factories.dialogs import DialogFactory, DialogRatingFactory
from tests.factories.operators import HandoffFactory, TicketFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def shop():
    return TenantFactory()


def dialog(shop, *, days=0, **values):
    found = DialogFactory(tenant=shop, **values)
    Dialog.objects.filter(pk=found.pk).update(created_at=now() - timedelta(days=days))
    return found


def scope(shop, days=30):
    last = localdate()
    return outcomes.Scope(tenant=shop, first=last - timedelta(days=days - 1), last=last)


def test_each_conversation_counts_once_and_the_unanswered_ones_not_at_all(shop):
    dialog(shop, first_response_time=1.5)
    dialog(shop, first_response_time=2.5, handoff_status=HandoffStatus.RESOLVED)
    dialog(shop, handoff_status=HandoffStatus.EXPIRED)
    dialog(shop, fallback=True, first_response_time=1)
    dialog(shop)  # nothing was said yet
    dialog(shop, days=40, first_response_time=1)
    dialog(TenantFactory(), first_response_time=1)

    days = outcomes.by_day(scope(shop))

    assert len(days) == 30
    assert outcomes.total(days) == outcomes.Outcomes(alone=1, person=1, nobody=2)
    assert days[-1] == (localdate(), outcomes.Outcomes(1, 1, 2))
    assert outcomes.total(days).share == 25


def test_waits_are_told_by_their_median_and_reasons_by_their_number(shop):
    begun = now() - timedelta(hours=1)
    for minutes, reason in (
        (1, HandoffReason.CUSTOMER_ASKED),
        (3, HandoffReason.CUSTOMER_ASKED),
        (50, HandoffReason.POLICY),
    ):
        asked = HandoffFactory(dialog=dialog(shop), reason=reason, requested_at=begun)
        type(asked).objects.filter(pk=asked.pk).update(started_at=begun + timedelta(minutes=minutes), state="active")

    waits, reasons = outcomes.waits(scope(shop)), outcomes.reasons(scope(shop))

    assert (waits["asked"], waits["served"], waits["wait"]) == (3, 3, timedelta(minutes=3))
    assert [(row["reason"], row["count"], row["wait"]) for row in reasons] == [
        ("customer_asked", 2, timedelta(minutes=2)),
        ("policy", 1, timedelta(minutes=50)),
    ]


def test_stars_are_told_apart_by_who_answered(shop):
    DialogRatingFactory(dialog=dialog(shop, first_response_time=1), rating=5)
    DialogRatingFactory(dialog=dialog(shop, first_response_time=1), rating=4)
    DialogRatingFactory(dialog=dialog(shop, handoff_status=HandoffStatus.RESOLVED), rating=2)

    pleased = outcomes.satisfaction(scope(shop))

    assert (pleased["count"], pleased["assistant"], pleased["person"]) == (3, 4.5, 2)


def test_the_page_leads_to_the_lists_and_its_table_to_a_spreadsheet(shop, browser_of):
    dialog(shop, first_response_time=1)
    alone = dialog(shop, first_response_time=1, handoff_status=HandoffStatus.RESOLVED)
    browser = browser_of(shop.owner)
    browser.cookies["django_language"] = "en"

    page = browser.get(reverse("figures")).content.decode()
    listed = browser.get(reverse("dialogs"), {"ending": "person", "since": localdate(), "until": localdate()})
    table = browser.get(reverse("figures_csv"), {"days": "7"})

    assert f"since={localdate() - timedelta(days=29)}&amp;until={localdate()}&amp;ending=person" in page
    assert [row.dialog for row in listed.context["page"].rows] == [alone]
    rows = list(csv.reader(io.StringIO(table.content.decode("utf-8-sig"))))
    assert len(rows) == 8
    assert rows[-1] == [str(localdate()), "1", "1", "0", "2", "50.00"]


@pytest.mark.parametrize("asked", [{"days": "x"}, {"assistant": "1"}, {"channel": "fax"}, {"assistant": "0" * 500}])
def test_nonsense_in_the_address_is_ignored(shop, browser_of, asked):
    assert browser_of(shop.owner).get(reverse("figures"), asked).status_code == 200


def test_the_page_costs_the_same_however_much_there_is_to_count(shop, browser_of):
    browser = browser_of(shop.owner)
    dialog(shop, first_response_time=1)
    browser.get(reverse("figures"))

    def queries():
        with CaptureQueriesContext(
            connection,
        ) as found:
            browser.get(reverse("figures"))
        return len(found)

    few = queries()
    for day in range(20):
        dialog(shop, days=day, first_response_time=1)

    assert queries() == few


def test_home_asks_for_what_waits_and_says_when_nothing_does(shop, browser_of):
    browser = browser_of(shop.owner)
    browser.cookies["django_language"] = "en"
    calm = browser.get("/").content.decode()
    TicketFactory(tenant=shop)
    dialog(shop, handoff_status=HandoffStatus.REQUESTED)
    TicketFactory()

    waiting = {each.url: each.count for each in home_decisions(shop, at=now())}

    assert waiting == {"/dialogs/?handoff=requested": 1, "/tickets/?status=unfinished&assignee=nobody": 1}
    assert "Nothing waits for a decision." in calm
    busy = browser.get("/").content.decode()
    assert all(url.replace("&", "&amp;") in busy for url in waiting)
    assert browser.get("/tickets/?status=unfinished&assignee=nobody").context["page"].rows[0].tenant_id == shop.pk
