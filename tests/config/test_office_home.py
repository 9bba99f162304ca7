"""The first page of the admin: how the system is, and what waits for a decision."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.contrib.auth.models import Permission
from django.core.cache import caches
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.timezone import now

from accounts.enums import IntegrationStatus, WebhookStatus
from billing import services as money
from billing.enums import ServiceType
from config import traffic
from config.office.queues import MOST, QUEUES
from tests.factories import knowledge, marketplace
from tests.factories import operators as desk
from tests.factories.accounts import IntegrationFactory, TenantFactory, UserFactory
from tests.factories.assistants import PoolKeyFactory
from tests.factories.billing import BalanceFactory, PaymentFactory
from tests.factories.dialogs import MessageFactory, MessageRatingFactory
from tests.factories.webhooks import a_delivery, an_endpoint

pytestmark = pytest.mark.django_db


@pytest.fixture
def boss(browser_of):
    caches["process"].clear()
    return browser_of(UserFactory(is_staff=True, is_superuser=True))


def a_late_payment():
    payment = PaymentFactory()
    type(payment).objects.filter(pk=payment.pk).update(created_at=now() - timedelta(hours=2))


def an_orphan_hold():
    tenant = BalanceFactory(balance=Decimal(100)).tenant
    long_ago = now() - timedelta(hours=1)
    money.hold(tenant, service=ServiceType.AI_MESSAGE, key="k", amount=Decimal(1), at=long_ago)


def a_failed_webhook():
    delivery = a_delivery(an_endpoint(TenantFactory()))
    type(delivery).objects.filter(pk=delivery.pk).update(status=WebhookStatus.FAILED, finished_at=now())


MAKERS = {
    "approvals": lambda: UserFactory(is_approved=False),
    "payments": a_late_payment,
    "holds": an_orphan_hold,
    "syncs": lambda: marketplace.StoreSyncFactory(failures=3),
    "tokens": lambda: IntegrationFactory(status=IntegrationStatus.REAUTH_REQUIRED),
    "documents": lambda: knowledge.DocumentFactory(status="failed"),
    "disliked": lambda: MessageRatingFactory(rating=-1),
    "unknown": lambda: marketplace.OutgoingFactory(status="unknown"),
    "undelivered": lambda: MessageFactory(sender="assistant", delivery_status="failed"),
    "webhooks": a_failed_webhook,
    "mirrors": lambda: desk.TicketMirrorFactory(status="failed"),
    "keys": lambda: PoolKeyFactory(parked_reason="forbidden", parked_at=now()),
    "imports": lambda: marketplace.UploadFactory(with_problems=2, total=2),
}


def shown(client):
    return {row.queue.name: row for row in client.get(reverse("admin:index")).context["queues"]}


@pytest.mark.parametrize("queue", QUEUES, ids=lambda queue: queue.name)
def test_a_queue_counts_what_waits_and_leads_to_exactly_that_list(queue, boss):
    assert shown(boss)[queue.name].count == 0
    MAKERS[queue.name]()

    row = shown(boss)[queue.name]
    listed = boss.get(row.url)

    assert row.count == 1
    assert listed.status_code == 200
    assert listed.context["cl"].queryset.count() == 1


def test_a_long_queue_is_not_counted_to_its_end(boss):
    for _ in range(2):
        UserFactory(is_approved=False)
    queue = next(queue for queue in QUEUES if queue.name == "approvals")

    assert str(queue.rows(at=now())[: MOST + 1].query).endswith(f"LIMIT {MOST + 1}")


def test_a_clerk_sees_the_queues_of_what_they_may_see(browser_of):
    clerk = UserFactory(is_staff=True)
    clerk.user_permissions.add(Permission.objects.get(codename="view_document"))

    assert list(shown(browser_of(clerk))) == ["documents"]


def test_the_strip_says_how_late_the_oldest_job_is(boss):
    delivery = a_delivery(an_endpoint(TenantFactory()))
    type(delivery).objects.filter(pk=delivery.pk).update(next_attempt_at=now() - timedelta(hours=3))

    lamps = {lamp.name: lamp for lamp in boss.get(reverse("admin:index")).context["lamps"]}

    assert {"environment", "queue-answers", "queue-embedding", "sockets", "errors", "model", "polling"} <= set(lamps)
    assert (lamps["queue-webhooks"].value, lamps["queue-webhooks"].state) == ("1", "error")
    assert lamps["queue-answers"].state == "ok"


def test_the_home_asks_as_much_of_a_full_system_as_of_an_empty_one(boss, django_assert_num_queries):
    boss.get(reverse("admin:index"))
    with CaptureQueriesContext(connection) as empty:
        boss.get(reverse("admin:index"))
    for _ in range(3):
        for make in (MAKERS["approvals"], MAKERS["documents"], MAKERS["syncs"]):
            make()

    with django_assert_num_queries(len(empty)):
        boss.get(reverse("admin:index"))


def test_answers_and_errors_are_added_up_over_processes():
    before = traffic.traffic()
    one, other = traffic.Tally(), traffic.Tally()
    for tally, failed in ((one, True), (one, False), (other, False)):
        tally.add(failed=failed)
    for tally in (one, other):
        tally.write(tally.counts)

    after = traffic.traffic()

    assert (after.requests - before.requests, after.failures - before.failures) == (3, 1)


def test_the_home_opens_without_redis(boss, settings):
    settings.REDIS_URL = "redis://127.0.0.1:1"

    page = boss.get(reverse("admin:index"))

    assert page.status_code == 200
    assert {lamp.name: lamp.state for lamp in page.context["lamps"]}["errors"] == "error"
