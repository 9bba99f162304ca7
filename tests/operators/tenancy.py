"""Which row each address of operators is about."""

from tests.factories.operators import CannedReplyFactory, HandoffFactory, TicketFactory


def a_ticket(tenant):
    return {"uuid": TicketFactory(tenant=tenant).uuid}


CASES = {
    "canned-reply-detail": lambda tenant: {"uuid": CannedReplyFactory(tenant=tenant).uuid},
    "canned_reply": lambda tenant: {"uuid": CannedReplyFactory(tenant=tenant).uuid},
    "canned_reply_delete": lambda tenant: {"uuid": CannedReplyFactory(tenant=tenant).uuid},
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
