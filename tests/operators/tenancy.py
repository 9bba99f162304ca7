"""Which row each address of operators is about."""

from tests.factories.operators import CannedReplyFactory, HandoffFactory, TicketFactory


def a_ticket(tenant):
    return {"uuid": TicketFactory(tenant=tenant).uuid}


CASES = {
    "canned-reply-detail": lambda tenant: {"uuid": CannedReplyFactory(tenant=tenant).uuid},
    "handoff-detail": lambda tenant: {"uuid": HandoffFactory(dialog__tenant=tenant).uuid},
    "ticket-detail": a_ticket,
    "ticket-move": a_ticket,
}
