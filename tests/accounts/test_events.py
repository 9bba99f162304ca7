"""What happened is numbered without gaps, in the order in which it became visible."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from accounts.enums import EventType
from accounts.models import Event, EventStream, WebhookDelivery
from accounts.services import events
from tests.factories.accounts import TenantFactory
from tests.factories.webhooks import NOW, an_endpoint, an_event
from tests.races import race
from tests.sql import execute


def numbers_of(tenant):
    return list(Event.objects.of(tenant).order_by("pk").values_list("seq", flat=True))


@pytest.mark.django_db(transaction=True)
def test_an_event_that_was_undone_leaves_no_gap():
    tenant = TenantFactory()

    for is_undone in (False, True, False):
        with transaction.atomic():
            events.record(tenant.pk, EventType.TICKET_CREATED, at=NOW)
            transaction.set_rollback(is_undone)

    assert numbers_of(tenant) == [1, 2]


@pytest.mark.django_db(transaction=True)
def test_sixteen_at_once_are_numbered_from_one_to_sixteen():
    tenant = TenantFactory()

    def write(_):
        with transaction.atomic():
            events.record(tenant.pk, EventType.TICKET_CREATED, at=NOW)
        connection.close()

    race(write, threads=16)

    assert sorted(numbers_of(tenant)) == list(range(1, 17))
    assert EventStream.objects.get(tenant=tenant).last_seq == 16


@pytest.mark.django_db(transaction=True)
def test_the_stream_is_not_locked_before_the_commit():
    tenant = TenantFactory()
    an_event(tenant)

    with transaction.atomic():
        events.record(tenant.pk, EventType.TICKET_CREATED, at=NOW)
        assert race(lambda _: _last_seq(tenant), threads=1) == [1]


def _last_seq(tenant):
    with transaction.atomic():
        stream = EventStream.objects.select_for_update(nowait=True).get(tenant=tenant)
    connection.close()
    return stream.last_seq


@pytest.mark.django_db(transaction=True)
def test_an_event_outside_a_transaction_is_refused():
    with pytest.raises(events.OutsideTransaction):
        events.record(TenantFactory().pk, EventType.TICKET_CREATED, at=NOW)
    assert not Event.objects.exists()


@pytest.mark.django_db
def test_tenants_are_numbered_apart_and_events_stay_as_they_were():
    ours, theirs = TenantFactory(), TenantFactory()
    mine = [an_event(tenant) for tenant in (ours, theirs, ours)]

    assert [event.seq for event in mine] == [1, 1, 2]
    for change in ("seq = 9", "data = '{}', type = 'balance.low'"):
        with pytest.raises(IntegrityError, match="kept as they were"), transaction.atomic():
            execute(f"UPDATE events SET {change}")


@pytest.mark.django_db
def test_old_events_are_forgotten_unless_they_are_on_their_way():
    ours, busy = TenantFactory(), an_endpoint()
    an_event(ours)
    waiting = an_event(busy.tenant)

    assert events.purge_events(at=NOW + events.KEPT - timedelta(seconds=1)) == 0
    assert events.purge_events(at=NOW + events.KEPT + timedelta(seconds=1)) == 1
    assert list(Event.objects.all()) == [waiting]
    assert WebhookDelivery.objects.count() == 1
    assert an_event(ours).seq == 2
