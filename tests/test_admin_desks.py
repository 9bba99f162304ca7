"""The admin of the operators' and the Wildberries desk opens, searches and obeys the same verbs."""

from datetime import UTC, datetime

import pytest
from django.apps import apps
from django.contrib import admin
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.urls import reverse

from accounts.models import User
from dialogs.enums import HandoffReason
from marketplace.models import ReviewComplaint
from operators.models import HandoffRequest, Ticket
from operators.services import handoffs
from tests.factories import marketplace as shop
from tests.factories import operators as desk
from tests.factories.dialogs import DialogFactory

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
FACTORIES = [
    shop.StoreFactory,
    shop.ProductFactory,
    shop.ProductRuleFactory,
    shop.StoreRuleFactory,
    shop.UploadFactory,
    shop.UploadProblemFactory,
    shop.ReviewFactory,
    shop.ComplaintFactory,
    shop.ChatFactory,
    shop.ChatMessageFactory,
    shop.QuestionFactory,
    shop.SequenceFactory,
    shop.StepFactory,
    shop.SellerSettingsFactory,
    shop.AiLogFactory,
    shop.StoreSyncFactory,
    shop.SyncSightingFactory,
    shop.OutgoingFactory,
    shop.ReplyRuleFactory,
    shop.WritingSlotFactory,
    desk.PresenceFactory,
    desk.CannedReplyFactory,
    desk.HandoffFactory,
    desk.TicketFactory,
    desk.TicketMessageFactory,
    desk.TicketAuditFactory,
    desk.ExternalRefFactory,
    desk.TicketMirrorFactory,
    desk.TicketMailFactory,
    desk.RefChangeFactory,
    desk.SavedFilterFactory,
    desk.CalendarFactory,
    desk.PolicyFactory,
    desk.ClockFactory,
]


@pytest.fixture
def staff(client):
    person = User.objects.create_superuser("staff@example.com")
    client.force_login(person)
    return person


def page(model, name, *args):
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{name}", args=args)


def act(client, model, action, row):
    return client.post(page(model, "changelist"), {"action": action, ACTION_CHECKBOX_NAME: [row.pk]}, follow=True)


def test_every_model_of_both_desks_is_in_the_admin():
    ours = [model for app in ("operators", "marketplace") for model in apps.get_app_config(app).get_models()]

    assert [model for model in ours if not admin.site.is_registered(model)] == []


@pytest.mark.parametrize("factory", FACTORIES, ids=lambda factory: factory._meta.model.__name__)
def test_a_list_opens_searches_and_leads_to_its_row(factory, staff, client):
    row = factory()
    model = type(row)

    listed = client.get(page(model, "changelist"))
    searched = client.get(page(model, "changelist"), {"q": "7"})
    opened = client.get(page(model, "change", row.pk))

    assert (listed.status_code, searched.status_code, opened.status_code) == (200, 200, 200)


def test_a_store_leads_to_the_lists_of_what_it_has(staff, client):
    store = shop.ReviewFactory().store

    opened = client.get(page(type(store), "change", store.pk)).content.decode()

    link = f"{page(shop.ReviewFactory._meta.model, 'changelist')}?store__pk__exact={store.pk}"
    assert link in opened
    assert client.get(link).status_code == 200


def test_staff_marks_a_complaint_as_sent_once(staff, client):
    complaint = shop.ComplaintFactory()

    act(client, ReviewComplaint, "mark_as_sent", complaint)
    again = act(client, ReviewComplaint, "mark_as_sent", complaint)

    kept = ReviewComplaint.objects.get(pk=complaint.pk)
    assert (kept.status, kept.sent_by) == ("sent", staff)
    assert [message.level_tag for message in again.context["messages"]] == ["warning"]


def test_staff_moves_a_ticket_and_is_kept_as_who_did_it(staff, client):
    ticket = desk.TicketFactory()

    act(client, Ticket, "escalate", ticket)

    kept = Ticket.objects.get(pk=ticket.pk)
    assert (kept.status, kept.steps.get().user) == ("escalated", staff)


def test_staff_returns_a_dialog_to_the_assistant(staff, client):
    dialog = DialogFactory()
    handoff = handoffs.request_operator(dialog, reason=HandoffReason.CUSTOMER_ASKED, at=NOON)
    handoffs.take(handoff, operator=desk.operator_of(dialog.tenant), at=NOON)

    act(client, HandoffRequest, "resolve", handoff)

    dialog.refresh_from_db()
    assert (HandoffRequest.objects.get(pk=handoff.pk).state, dialog.handoff_status) == ("resolved", "resolved")


def test_someone_who_may_only_look_moves_nothing(client):
    from django.contrib.auth.models import Permission

    person = User.objects.create_user("looker@example.com", is_staff=True, is_approved=True, is_email_confirmed=True)
    person.user_permissions.add(Permission.objects.get(codename="view_ticket"))
    client.force_login(person)
    ticket = desk.TicketFactory()

    assert client.get(page(Ticket, "changelist")).status_code == 200
    act(client, Ticket, "escalate", ticket)

    assert Ticket.objects.get(pk=ticket.pk).status == "open"
