"""Which row each address of operators is about."""

from tests.factories.operators import (
    CannedReplyFactory,
    ExternalRefFactory,
    HandoffFactory,
    RefChangeFactory,
    SavedFilterFactory,
    TicketFactory,
    TicketMailFactory,
)


def a_ticket(tenant):
    return {"uuid": TicketFactory(tenant=tenant).uuid}


def a_letter(tenant):
    mail = TicketMailFactory(ticket__tenant=tenant)
    return {"uuid": mail.ticket.uuid, "letter": mail.uuid}


def a_file(tenant):
    return {**a_ticket(tenant), "message": 0, "number": 0}


def a_conflict(tenant):
    ref = ExternalRefFactory(ticket__tenant=tenant)
    return {"uuid": ref.ticket.uuid, "ref": ref.pk}


def a_change(tenant):
    change = RefChangeFactory(integration__tenant=tenant)
    return {"uuid": change.ref.ticket.uuid, "change": change.uuid}


PUBLIC = {
    "jira_webhook": "signed by the help desk (test_inward.py)",
    "zendesk_webhook": "signed by the help desk (test_inward.py)",
    "ticket_page": "the customer has no login; the signed address is the key (test_customer_pages.py)",
    "ask": "the form by which customers open tickets",
}
CASES = {
    "ticket_letter": a_letter,
    "ticket_merge": a_ticket,
    "ticket_unmerge": a_ticket,
    "ticket-assign": a_ticket,
    "ticket-prioritise": a_ticket,
    "ticket-merge": a_ticket,
    "ticket-unmerge": a_ticket,
    "forget_ticket_filter": lambda tenant: {"uuid": SavedFilterFactory(tenant=tenant).uuid},
    "ticket_conflict": a_conflict,
    "ticket_change": a_change,
    "ticket_file": a_file,
    "canned-reply-detail": lambda tenant: {"uuid": CannedReplyFactory(tenant=tenant).uuid},
    "handoff-detail": lambda tenant: {"uuid": HandoffFactory(dialog__tenant=tenant).uuid},
    "ticket-detail": a_ticket,
    "ticket-messages": a_ticket,
    "ticket": a_ticket,
    "ticket_say": a_ticket,
    "ticket_mirror": a_ticket,
    "ticket_move": a_ticket,
    "ticket_assign": a_ticket,
    "ticket_priority": a_ticket,
    "ticket-move": a_ticket,
}
