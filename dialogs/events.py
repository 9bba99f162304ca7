"""What open sockets hear about a dialog."""

from dataclasses import asdict
from functools import partial
from typing import Any

from django.db import transaction

from config.broadcast import broadcast
from dialogs.addresses import addresses_of, member_addresses
from dialogs.enums import HandoffStatus
from dialogs.models import Dialog, DialogMessage
from dialogs.ports import place_of

HANDLER = "dialog.event"


def group_of(dialog_id: int) -> str:
    """Return the name of the group that follows a dialog."""
    return f"dialog.{dialog_id}"


def tenant_group(tenant_id: int) -> str:
    """Return the name of the group that follows all dialogs of a tenant."""
    return f"tenant.{tenant_id}.dialogs"


def as_event(message: DialogMessage) -> dict[str, Any]:
    """Return a message as clients see it: no price, no model, no internals."""
    receipt = message.receipt or {}
    return {
        "type": "message",
        "uuid": str(message.uuid),
        "seq": message.seq,
        "sender": message.sender,
        "system_type": message.system_type,
        "text": message.words,
        "files": files_of(message),
        "author": message.author.get_short_name() if message.author_id and message.author else "",
        "created_at": message.created_at.isoformat(),
        "client_id": message.platform_message_id if message.sender == "customer" else None,
        "sources": [{"title": s["title"], "quote": s["quote"]} for s in receipt.get("sources", [])],
        "status": message.delivery_status,
        "offers_person": bool(message.metadata.get("offers_person")),
    }


def files_of(message: DialogMessage, *, is_member: bool = False) -> list[dict[str, Any]]:
    """Return a message's files in their order, with addresses for members, or for visitors."""
    if not message.has_files:
        return []
    addresses = member_addresses if is_member else addresses_of
    files = sorted(message.attachments.all(), key=lambda file: file.position)
    return [{**file.facts(), **addresses(file)} for file in files]


def announce_message(message: DialogMessage) -> None:
    """Tell the dialog's sockets about a message, once it is committed."""
    event = as_event(message)
    _on_commit(message.dialog_id, message.tenant_id, event, has_moved=message.seq == 1)


def state_of(dialog: Dialog) -> dict[str, Any]:
    """Return who is in charge, and where the customer stands while nobody is."""
    place = place_of(dialog) if dialog.handoff_status == HandoffStatus.REQUESTED else None
    return {
        "status": dialog.status,
        "handoff": dialog.handoff_status,
        "operator": dialog.assigned_operator.get_short_name() if dialog.assigned_operator else "",
        "queue": asdict(place) if place else None,
    }


def announce_state(dialog: Dialog) -> None:
    """Tell the dialog's sockets who is in charge, once it is committed."""
    event = {"type": "state", **state_of(dialog), "last_seq": dialog.last_seq}
    _on_commit(dialog.pk, dialog.tenant_id, event, has_moved=True)


def announce_shown(dialog: Dialog, *, up_to: int) -> None:
    """Tell the dialog's sockets what is on the customer's screen, once it is committed."""
    event = {"type": "shown", "seq": up_to}
    transaction.on_commit(partial(broadcast, group_of(dialog.pk), {"type": HANDLER, "event": event}))


def announce_run(dialog_id: int, run: str, state: str, **facts: Any) -> None:
    """Tell the dialog's sockets how an answer under way goes, at once."""
    broadcast(group_of(dialog_id), {"type": HANDLER, "event": {"type": "run", "run": run, "state": state, **facts}})


def _on_commit(dialog_id: int, tenant_id: int, event: dict[str, Any], *, has_moved: bool) -> None:
    """Send ``event`` to the dialog's sockets, and tell the shop's consoles that its row, or even its queue, changed."""
    transaction.on_commit(partial(broadcast, group_of(dialog_id), {"type": HANDLER, "event": event}))
    hint = {"type": HANDLER, "event": {"type": "changed", "dialog": dialog_id, "has_moved": has_moved}}
    transaction.on_commit(partial(broadcast, tenant_group(tenant_id), hint))
