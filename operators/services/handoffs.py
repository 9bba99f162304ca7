"""From the assistant to a person and back.

The dialog's row is locked before the handoff's, everywhere, so that no two
verbs wait for each other.
"""

from datetime import datetime, timedelta
from functools import partial
from typing import Any, Final
from uuid import UUID

from django.db import transaction

from accounts.enums import EventType, Role
from accounts.models import Tenant, User
from accounts.services import events
from config.db import new_uuid
from dialogs.enums import HandoffReason, HandoffStatus
from dialogs.models import Dialog
from dialogs.phrases import REQUESTED
from dialogs.services import handing, joining
from operators.enums import RequestState
from operators.errors import NotAnOperator, OperatorFull
from operators.models import DialogNote, HandoffAudit, HandoffRequest, OperatorPresence
from operators.models.presence import MESSENGERS
from operators.services import dossiers, offering, queueing

PATIENCE: Final = timedelta(minutes=30)
TOLD: Final = {
    HandoffStatus.REQUESTED: EventType.HANDOFF_REQUESTED,
    HandoffStatus.ACTIVE: EventType.HANDOFF_TAKEN,
    HandoffStatus.RESOLVED: EventType.HANDOFF_RESOLVED,
}


def request_operator(
    dialog: Dialog,
    *,
    reason: HandoffReason,
    at: datetime,
    request_id: UUID | None = None,
    by: User | None = None,
    text: str = "",
) -> HandoffRequest:
    """Ask for a person; a repeated ``request_id``, or asking again while one is awaited, returns what there is.

    Raises:
        IllegalHandoff: the dialog is closed.
    """
    if request_id and (known := HandoffRequest.objects.filter(dialog=dialog, request_id=request_id).first()):
        return known
    request_id = request_id or new_uuid()
    with transaction.atomic():
        Dialog.objects.locked().get(pk=dialog.pk)
        handing.request_person(dialog, reason=reason, at=at, request_id=request_id, text=text)
        return record_request(dialog.pk, reason=reason, request_id=request_id, at=at, by=by)


@transaction.atomic
def record_request(
    dialog_id: int, *, reason: str, request_id: UUID, at: datetime, by: User | None = None
) -> HandoffRequest:
    """Open the cycle of a dialog that asked for a person, once; return the one that is open."""
    dialog = Dialog.objects.locked().get(pk=dialog_id)
    known = HandoffRequest.objects.filter(dialog=dialog)
    if found := (known.filter(request_id=request_id).first() or known.open().first()):
        return found
    handoff = HandoffRequest.objects.create(
        tenant_id=dialog.tenant_id,
        dialog=dialog,
        request_id=request_id,
        reason=reason,
        requested_at=at,
        expires_at=at + PATIENCE,
        summary=dossiers.of_former(dialog),
    )
    if handoff.summary:  # it began somewhere else
        note = {"tenant_id": dialog.tenant_id, "text": handoff.summary}
        DialogNote.objects.get_or_create(dialog=dialog, client_id=f"former-{request_id.hex}", defaults=note)
    last = HandoffAudit.objects.filter(dialog=dialog).order_by("-seq").first()
    _record(handoff, before=last.to_status if last else HandoffStatus.NONE, after=HandoffStatus.REQUESTED, by=by, at=at)
    if by is None and not queueing.is_staffed(dialog.tenant_id, at=at):
        offering.offer(handoff, at=at)
    return handoff


@transaction.atomic
def take(handoff: HandoffRequest, *, operator: User, at: datetime) -> HandoffRequest:
    """Give a waiting dialog to ``operator``; of several who reach for it one gets it.

    Raises:
        NotAnOperator: the person may not take conversations of this tenant.
        OperatorFull: the person holds as many as they can.
        IllegalHandoff, IllegalMove: it does not wait, or somebody else was faster.
    """
    be_operator(operator, handoff.tenant)
    dialog = handoff.dialog
    have_room(operator, dialog)
    joining.join(dialog, operator=operator, at=at)
    handoff.move_to(RequestState.ACTIVE, operator=operator, started_at=at)
    _record(handoff, before=HandoffStatus.REQUESTED, after=HandoffStatus.ACTIVE, by=operator, at=at)
    return handoff


@transaction.atomic
def release(
    handoff: HandoffRequest, *, at: datetime, by: User | None = None, is_lost: bool = False, note: str = ""
) -> HandoffRequest:
    """Put a dialog back into the queue: its operator passes it on, or went away (``is_lost``).

    Raises:
        IllegalHandoff, IllegalMove: nobody is in charge of it.
    """
    words = REQUESTED[HandoffReason.OPERATOR_LOST] if is_lost else joining.PASSED_ON
    joining.pass_on(handoff.dialog, at=at, words=words)
    former = handoff.operator_id
    handoff.move_to(RequestState.REQUESTED, operator=None, started_at=None, expires_at=at + PATIENCE)
    reason = HandoffReason.OPERATOR_LOST if is_lost else HandoffReason.MANUAL
    facts = {"operator_id": former, **({"note": note} if note else {})}
    _record(
        handoff,
        before=HandoffStatus.ACTIVE,
        after=HandoffStatus.REQUESTED,
        by=by,
        at=at,
        reason=reason,
        extra_data=facts,
    )
    return handoff


@transaction.atomic
def resolve(handoff: HandoffRequest, *, at: datetime, by: User | None = None, note: str = "") -> HandoffRequest:
    """Return the dialog to the assistant: the person has done their part.

    Raises:
        IllegalHandoff, IllegalMove: nobody is in charge of it.
    """
    joining.give_back(handoff.dialog, at=at)
    handoff.move_to(RequestState.RESOLVED, resolved_at=at, note=note)
    _record(handoff, before=HandoffStatus.ACTIVE, after=HandoffStatus.RESOLVED, by=by, at=at)
    return handoff


@transaction.atomic
def cancel(
    handoff: HandoffRequest, *, at: datetime, by: User | None = None, words: str = "", **facts: str
) -> HandoffRequest:
    """Stop waiting for a person; ``words`` tell the customer what happens instead.

    Raises:
        IllegalHandoff, IllegalMove: the dialog does not wait for one.
    """
    joining.stop_waiting(handoff.dialog, expired=False, at=at, words=words, **facts)
    handoff.move_to(RequestState.CANCELLED, resolved_at=at)
    _record(handoff, before=HandoffStatus.REQUESTED, after=HandoffStatus.CANCELLED, by=by, at=at)
    return handoff


@transaction.atomic
def expire(handoff: HandoffRequest, *, at: datetime, words: str = "", **facts: str) -> HandoffRequest:
    """Give a dialog that nobody took in time back to the assistant.

    Raises:
        IllegalHandoff, IllegalMove: the dialog does not wait for a person.
    """
    joining.stop_waiting(handoff.dialog, expired=True, at=at, words=words, **facts)
    handoff.move_to(RequestState.EXPIRED, resolved_at=at)
    _record(handoff, before=HandoffStatus.REQUESTED, after=HandoffStatus.EXPIRED, at=at)
    return handoff


@transaction.atomic
def end_with_dialog(dialog_id: int, *, at: datetime) -> HandoffRequest | None:
    """End the open cycle of a dialog that was closed; return it, or nothing if there was none."""
    Dialog.objects.locked().get(pk=dialog_id)
    handoff = HandoffRequest.objects.open().filter(dialog_id=dialog_id).first()
    if handoff is None:
        return None
    before = handoff.state
    was_taken = before == RequestState.ACTIVE
    handoff.move_to(RequestState.RESOLVED if was_taken else RequestState.CANCELLED, resolved_at=at)
    _record(handoff, before=before, after=handoff.state, at=at, reason="dialog_closed")
    return handoff


def _record(
    handoff: HandoffRequest,
    *,
    before: str,
    after: str,
    at: datetime,
    by: User | None = None,
    reason: str | None = None,
    extra_data: dict[str, Any] | None = None,
) -> None:
    HandoffAudit.objects.create(
        tenant_id=handoff.tenant_id,
        dialog_id=handoff.dialog_id,
        from_status=before,
        to_status=after,
        user=by,
        reason=handoff.reason if reason is None else reason,
        request_id=handoff.request_id,
        extra_data=extra_data or {},
        created_at=at,
    )
    if before == HandoffStatus.REQUESTED:
        transaction.on_commit(partial(queueing.tell_waiting, handoff.tenant_id))
    if event_type := TOLD.get(HandoffStatus(after)):
        facts = {"dialog": handoff.dialog.uuid, "request_id": handoff.request_id, "reason": handoff.reason}
        operator = handoff.operator.uuid if handoff.operator else None
        events.record(handoff.tenant_id, event_type, at=at, **facts, operator=operator)


def be_operator(person: User, tenant: Tenant) -> None:
    """Refuse anybody who may not take conversations of ``tenant``.

    Raises:
        NotAnOperator: they may not.
    """
    if not person.is_active or person.role_in(tenant) not in {Role.OPERATOR, Role.ADMIN}:
        raise NotAnOperator(person=str(person))


def have_room(operator: User, dialog: Dialog) -> None:
    """Refuse when ``operator`` is full; their presence stays locked until the transaction ends.

    It is locked before any dialog, everywhere.

    Raises:
        OperatorFull: they hold as many as they can.
    """
    key: dict[str, Any] = {"tenant_id": dialog.tenant_id, "user": operator}
    OperatorPresence.objects.get_or_create(**key)
    presence = OperatorPresence.objects.select_for_update().get(**key)
    limit = presence.limit_for(dialog.platform)
    held = Dialog.objects.open().filter(
        tenant_id=dialog.tenant_id, handoff_status=HandoffStatus.ACTIVE, assigned_operator=operator
    )
    is_messenger = dialog.platform in MESSENGERS
    same_kind = held.filter(platform__in=MESSENGERS) if is_messenger else held.exclude(platform__in=MESSENGERS)
    active = same_kind.count()
    if active >= limit:
        raise OperatorFull(person=str(operator), active=active, limit=limit)
