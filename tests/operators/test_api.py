"""The operators' desk over the API."""

from datetime import UTC, datetime

import pytest
from django.core.management import call_command
from rest_framework.test import APIClient

from accounts.enums import Role
from operators.enums import TicketStatus
from operators.models import Ticket, TicketAudit
from tests.factories.accounts import TenantFactory
from tests.factories.dialogs import DialogFactory
from tests.factories.operators import CannedReplyFactory, HandoffFactory, TicketFactory, operator_of

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
RESOURCES = {"tickets": TicketFactory, "handoffs": HandoffFactory, "canned-replies": CannedReplyFactory}


def client_of(person):
    client = APIClient()
    client.force_authenticate(person)
    client.force_login(person)
    return client


@pytest.mark.parametrize("resource", RESOURCES)
def test_a_row_is_read_by_its_uuid_and_hidden_from_strangers(resource):
    row, stranger = RESOURCES[resource](), TenantFactory().owner
    RESOURCES[resource]()  # someone else's

    ours = client_of(row.tenant.owner).get(f"/api/v1/{resource}/{row.uuid}/")
    listed = client_of(row.tenant.owner).get(f"/api/v1/{resource}/")
    theirs = client_of(stranger).get(f"/api/v1/{resource}/{row.uuid}/")
    nobodys = APIClient().get(f"/api/v1/{resource}/")

    assert (ours.status_code, ours.data["uuid"]) == (200, str(row.uuid))
    assert [found["uuid"] for found in listed.data["results"]] == [str(row.uuid)]
    assert (theirs.status_code, nobodys.status_code) == (404, 401)


def test_a_ticket_is_opened_with_a_number_and_a_first_step():
    dialog = DialogFactory()
    operator = operator_of(dialog.tenant)

    answer = client_of(operator).post(
        "/api/v1/tickets/", {"title": "Не пришёл заказ", "priority": "high", "dialog": str(dialog.uuid)}
    )

    assert (answer.status_code, answer.data["number"], answer.data["status"]) == (201, 1, "open")
    ticket = Ticket.objects.get(uuid=answer.data["uuid"])
    assert (ticket.tenant, ticket.dialog, ticket.created_by) == (dialog.tenant, dialog, operator)
    assert (ticket.priority, ticket.source) == ("high", "api")
    assert TicketAudit.objects.get(ticket=ticket).to_status == TicketStatus.OPEN


@pytest.mark.parametrize(
    "body", [{}, {"title": ""}, {"title": "x" * 256}, {"title": "x", "priority": "huge"}, {"title": "x", "dialog": "y"}]
)
def test_a_ticket_that_makes_no_sense_is_refused(body):
    tenant = TenantFactory()

    answer = client_of(tenant.owner).post("/api/v1/tickets/", body)

    assert answer.status_code == 400
    assert not Ticket.objects.exists()


def test_a_ticket_cannot_name_another_tenants_dialog():
    tenant, theirs = TenantFactory(), DialogFactory()

    answer = client_of(tenant.owner).post("/api/v1/tickets/", {"title": "Чужой", "dialog": str(theirs.uuid)})

    assert (answer.status_code, set(answer.data["errors"])) == (400, {"dialog"})
    assert not Ticket.objects.exists()


def test_a_ticket_is_moved_and_an_illegal_move_is_a_conflict():
    ticket = TicketFactory()
    client = client_of(ticket.tenant.owner)

    moved = client.post(f"/api/v1/tickets/{ticket.uuid}/move/", {"status": "in_progress", "reason": "Беру"})
    refused = client.post(f"/api/v1/tickets/{ticket.uuid}/move/", {"status": "reopened"})

    assert (moved.status_code, moved.data["status"]) == (200, "in_progress")
    assert (refused.status_code, refused.data["code"]) == (409, "illegal_move")
    assert (refused.data["current"], refused.data["wanted"]) == ("in_progress", "reopened")
    assert refused["Content-Type"].startswith("application/problem+json")
    step = TicketAudit.objects.get(ticket=ticket)
    assert (step.from_status, step.to_status, step.user, step.reason) == (
        "open",
        "in_progress",
        ticket.tenant.owner,
        "Беру",
    )


def test_a_viewer_reads_tickets_and_moves_none():
    ticket = TicketFactory()
    viewer = client_of(operator_of(ticket.tenant, role=Role.USER))

    read = viewer.get(f"/api/v1/tickets/{ticket.uuid}/")
    moved = viewer.post(f"/api/v1/tickets/{ticket.uuid}/move/", {"status": "in_progress"})
    opened = viewer.post("/api/v1/tickets/", {"title": "Можно?"})

    assert (read.status_code, moved.status_code, opened.status_code) == (200, 403, 403)
    assert list(Ticket.objects.values_list("pk", "status")) == [(ticket.pk, "open")]


def test_a_stranger_moves_nothing():
    ticket = TicketFactory()

    answer = client_of(TenantFactory().owner).post(f"/api/v1/tickets/{ticket.uuid}/move/", {"status": "closed"})

    assert answer.status_code == 404
    assert Ticket.objects.get(pk=ticket.pk).status == TicketStatus.OPEN


def test_tickets_are_found_by_number_and_status():
    ticket = TicketFactory(status=TicketStatus.ESCALATED)
    TicketFactory(tenant=ticket.tenant)

    listed = client_of(ticket.tenant.owner).get("/api/v1/tickets/", {"status": "escalated", "number": ticket.number})

    assert [row["uuid"] for row in listed.data["results"]] == [str(ticket.uuid)]


def test_the_apis_description_has_no_warnings(tmp_path):
    call_command("spectacular", validate=True, fail_on_warn=True, file=str(tmp_path / "schema.yml"))
