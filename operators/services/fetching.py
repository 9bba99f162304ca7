"""Takes in what customers wrote to the shop's mailbox: each letter once, to the ticket it is about."""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final
from uuid import uuid4

import structlog
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import DataError, transaction
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext, override

from accounts.enums import Direction
from accounts.errors import CredentialsRefused
from accounts.models import Integration
from accounts.ports import Outcome
from accounts.services import credentials_of
from config.errors import DomainError, ProviderError
from config.throttling import seconds_to_wait
from dialogs.enums import Sender
from operators.enums import MailStatus, TicketSource
from operators.errors import DeskUnusable
from operators.mail import letters, outgoing
from operators.mail.inbox import Inbox, Raw
from operators.mail.letters import Letter
from operators.models import Ticket, TicketMail, TicketMessage
from operators.models.mails import TROUBLES
from operators.services import mailing, tickets

BATCH: Final = 25
RATE: Final = "30/hour"
MARK: Final = re.compile(r"\[#(\d{1,18})-([0-9a-f]{10})\]")
VALIDITY: Final = "uidvalidity"
LAST: Final = "last_uid"
log = structlog.get_logger(__name__)


def greet(credentials: Mapping[str, str]) -> str:
    """Try both servers of a mailbox and return its address.

    Raises:
        DeskUnusable: one of them does not take the credentials, or does not answer.
    """
    try:
        with Inbox(credentials):
            pass
        outgoing.greet(credentials)
    except ProviderError as error:
        raise DeskUnusable(reason=str(TROUBLES.get(str(error), str(error)))) from error
    return credentials.get("address", "").strip().lower()[:254]


def poll(integration: Integration, at: datetime) -> Outcome:
    """Take in the letters that came since the last time; what lay there before the first time stays untouched.

    Raises:
        CredentialsRefused, ProviderError: see ``Inbox``.
    """
    known = integration.metadata
    with Inbox(credentials_of(integration)) as inbox:
        if known.get(VALIDITY) != inbox.validity:  # first time, or the server numbered its letters anew
            _remember(integration, {VALIDITY: inbox.validity, LAST: inbox.last_uid()})
            return Outcome()
        taken = failed = 0
        for raw in inbox.after(int(known.get(LAST, 0)), limit=BATCH):
            outcome = _take_safely(integration, raw, at=at)
            taken, failed = taken + (outcome == MailStatus.RECEIVED), failed + (outcome is None)
            _remember(integration, {LAST: raw.uid})
        return Outcome(synced=taken, failed=failed, is_more=taken + failed >= BATCH)


def _take_safely(integration: Integration, raw: Raw, *, at: datetime) -> MailStatus | None:
    """Take in one letter; one that cannot be kept must not hold up those behind it."""
    try:
        return take(integration, raw, at=at)
    except (DataError, DomainError) as error:
        log.warning("letter_not_taken", mailbox=str(integration.uuid), uid=raw.uid, error=repr(error))
        return None


def take(integration: Integration, raw: Raw, *, at: datetime) -> MailStatus | None:
    """Take in one letter, once; return what became of it, or None when it cannot be read."""
    letter = letters.read(raw.content)
    if letter is None or not letter.address:
        return None
    with transaction.atomic():
        mail, is_new = TicketMail.objects.get_or_create(
            tenant_id=integration.tenant_id,
            letter_id=letter.message_id or f"<{integration.uuid.hex}.{raw.uid}@uid.invalid>",
            defaults={
                "integration": integration,
                "direction": Direction.INBOUND,
                "status": MailStatus.IGNORED,
                "answers_to": letter.answers[0][:255] if letter.answers else "",
                "from_address": letter.address,
                "to_address": integration.external_account,
                "subject": letter.subject,
            },
        )
        if not is_new:
            return MailStatus(mail.status)
        reason = _reason_to_ignore(integration, letter)
        if reason:
            if reason == "bounce":
                _note_bounce(integration, letter, at=at)
            TicketMail.objects.filter(pk=mail.pk).update(error=reason)
            return MailStatus.IGNORED
        message = _post(integration, letter, raw, at=at)
        facts = {"status": MailStatus.RECEIVED, "ticket": message[0], "message": message[1]}
        TicketMail.objects.filter(pk=mail.pk).update(**facts)
        if message[1] is None:
            mailing.acknowledge(message[0], at=at)
    return MailStatus.RECEIVED


def _reason_to_ignore(integration: Integration, letter: Letter) -> str:
    if letter.address == integration.external_account.lower():
        return "own"
    if letter.automatic:
        return letter.automatic
    return "flood" if seconds_to_wait(RATE, "mail", str(integration.tenant_id), letter.address) else ""


def _post(integration: Integration, letter: Letter, raw: Raw, *, at: datetime) -> tuple[Ticket, TicketMessage | None]:
    """Add the letter to its ticket, or open one."""
    text, facts = _text_of(letter, raw, integration), {"from": letter.address, "attachments": _keep_files(letter)}
    ticket = ticket_of(integration, letter)
    if ticket:
        message = tickets.post(ticket, sender=Sender.CUSTOMER, text=text, at=at, metadata=facts)
        return message.ticket, message
    with override(integration.tenant.language_code):
        title = letter.subject or text.split("\n")[0][:120] or gettext("Letter without a subject")
    opened = tickets.open_ticket(
        integration.tenant,
        title=title,
        description=text,
        source=TicketSource.EMAIL,
        customer_email=letter.address,
        customer_name=letter.name,
        metadata=facts,
        at=at,
    )
    return opened, None


def ticket_of(integration: Integration, letter: Letter) -> Ticket | None:
    """Return the ticket that a letter answers: by the letters it names, or by the mark in its subject."""
    own = Ticket.objects.filter(tenant_id=integration.tenant_id).select_related("tenant")
    thread = TicketMail.objects.filter(
        tenant_id=integration.tenant_id, letter_id__in=letter.answers[: mailing.LATEST], ticket__isnull=False
    )
    if known := own.filter(pk__in=thread.order_by("-pk").values("ticket_id")[:1]).first():
        return known
    for number, signature in MARK.findall(letter.subject):
        ticket = own.filter(number=int(number)).first()
        if ticket and constant_time_compare(signature, mailing.signature_of(ticket)):
            return ticket
    return None


def _note_bounce(integration: Integration, letter: Letter, *, at: datetime) -> None:
    """Mark the letter that came back, and tell the team."""
    sent = TicketMail.objects.filter(
        tenant_id=integration.tenant_id, direction=Direction.OUTBOUND, letter_id__in=letter.answers[: mailing.LATEST]
    )
    returned = sent.exclude(error="bounced").select_related("ticket__tenant").first()
    if returned is None or returned.ticket is None:
        return
    TicketMail.objects.filter(pk=returned.pk).update(status=MailStatus.FAILED, error="bounced")
    with override(integration.tenant.language_code):
        words = gettext("The letter to {address} came back: it was not delivered.").format(address=returned.to_address)
    tickets.post(returned.ticket, sender=Sender.SYSTEM, text=words, at=at, is_internal=True)


def _text_of(letter: Letter, raw: Raw, integration: Integration) -> str:
    with override(integration.tenant.language_code):
        text = letter.text or gettext("(a letter without words)")
        dropped = [file.name for file in letter.files if not file.is_taken]
        if raw.is_cut or dropped:
            text += "\n\n" + gettext("Some attachments were too large and were not taken.")
    return text


def _keep_files(letter: Letter) -> list[dict[str, Any]]:
    """Keep small attachments where only the team can fetch them, under names nobody can guess."""
    kept = []
    for file in letter.files:
        if file.is_taken:
            path = default_storage.save(f"tickets/{uuid4().hex}", ContentFile(file.content))
            kept.append({"name": file.name, "mime_type": file.mime_type, "size": len(file.content), "path": path})
    return kept


def _remember(integration: Integration, facts: dict[str, int]) -> None:
    integration.metadata = {**integration.metadata, **facts}
    Integration.objects.filter(pk=integration.pk).update(metadata=integration.metadata)


__all__ = ["CredentialsRefused", "greet", "poll", "take", "ticket_of"]
