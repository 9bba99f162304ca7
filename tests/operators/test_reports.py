"""What the console lists, and at what price."""

from datetime import timedelta

import pytest
from django.utils.timezone import now

from dialogs.enums import HandoffReason, Sender
from operators import reports
from operators.services import handoffs
from tests.factories.accounts import TenantFactory
from tests.factories.dialogs import DialogFactory, MessageFactory
from tests.factories.operators import operator_of

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("count", [1, 3])
def test_a_page_of_the_queue_costs_three_queries_however_many_wait(count, django_assert_num_queries):
    tenant = TenantFactory()
    operator = operator_of(tenant)
    for number in range(count):
        dialog = DialogFactory(tenant=tenant)
        MessageFactory(dialog=dialog, text=f"Вопрос {number}")
        asked = now() - timedelta(minutes=number)
        handoffs.request_operator(dialog, reason=HandoffReason.CUSTOMER_ASKED, at=asked)
    DialogFactory()  # another shop's

    with django_assert_num_queries(3):
        rows = reports.queue(tenant, operator, "waiting")

    assert [row["preview"] for row in rows] == [f"Вопрос {number}" for number in reversed(range(count))]
    assert {row["last_sender"] for row in rows} == {Sender.CUSTOMER}


def test_a_thousand_open_dialogs_are_counted_at_once_and_shown_a_page_at_a_time(django_assert_num_queries):
    tenant = TenantFactory()
    operator = operator_of(tenant)
    contact = DialogFactory(tenant=tenant).contact
    model = type(contact.dialogs.get())
    model.objects.bulk_create(
        model(tenant=tenant, contact=contact, platform="widget", session_id=f"s{number}") for number in range(999)
    )

    with django_assert_num_queries(1):
        counts = reports.counts(tenant, operator)
    pages = [reports.queue(tenant, operator, "all", offset=offset) for offset in (0, 50, 1000)]

    assert counts == {"waiting": 0, "mine": 0, "team": 0, "assistant": 1000, "snoozed": 0, "all": 1000}
    assert [len(page) for page in pages] == [50, 50, 0]
    assert {row["dialog"] for row in pages[0]}.isdisjoint(row["dialog"] for row in pages[1])
