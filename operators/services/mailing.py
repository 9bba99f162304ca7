"""Letters to customers about their tickets: written with the answer, sent once.

A letter is a row with a lease. What may have been sent without our hearing of
it is ``unknown`` and never sent again except by a person.
"""

from datetime import datetime, timedelta
from email.message import EmailMessage
from email.utils import format_datetime, formataddr, parseaddr
from functools import partial
from typing import Final
from uuid import uuid4

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.db import transaction
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext, override

from accounts.enums import Direction, IntegrationStatus
from accounts.errors import CredentialsRefused, CredentialsUnreadable
from accounts.models import Integration
from accounts.services import credentials_of, mark
from config.db import release_connection
from config.errors import ProviderError, ProviderUnavailable
from operators import tasks
from operators.enums import MailStatus
from operators.mail import outgoing
from operators.models import Ticket, TicketMail, TicketMessage
from operators.services.pages import address_of

PLATFORM: Final = "email"
LEASE: Final = timedelta(minutes=2)
FIRST_PAUSE: Final = timedelta(minutes=1)  # doubled with each attempt, a day in all
MOST_ATTEMPTS: Final = 10
LONGEST_PAUSE: Final = timedelta(hours=6)
LATEST: Final = 20  # letters of a thread that References names
BATCH: Final = 100
SIGNATURE: Final = 10
SALT: Final = "otklik.ticket-subject"


def mailbox_of(tenant_id: int) -> Integration | None:
    """Return the shop's connected mailbox."""
    rows = Integration.objects.filter(tenant_id=tenant_id, platform_id=PLATFORM, credentials_encrypted__isnull=False)
    return rows.exclude(status=IntegrationStatus.DISCONNECTED).order_by("-pk").first()


def mark_of(ticket: Ticket) -> str:
    """Return what stands in the subject and names the ticket; it cannot be made up."""
    return f"[#{ticket.number}-{signature_of(ticket)}]"


def signature_of(ticket: Ticket) -> str:
    """Return the part of the mark that only we can compute."""
    return salted_hmac(SALT, f"{ticket.tenant_id}:{ticket.uuid.hex}", algorithm="sha256").hexdigest()[:SIGNATURE]


def write(ticket: Ticket, *, text: str, at: datetime, message: TicketMessage | None = None) -> TicketMail | None:
    """Put a letter to the customer on its way, if their address is known; the caller owns the transaction."""
    if not ticket.customer_email:
        return None
    mailbox = mailbox_of(ticket.tenant_id)
    sender = mailbox.external_account if mailbox else ""
    earlier = ticket.mails.exclude(status=MailStatus.IGNORED).order_by("-pk")
    former = earlier.first()
    mail = TicketMail.objects.create(
        tenant_id=ticket.tenant_id,
        integration=mailbox,
        ticket=ticket,
        message=message,
        direction=Direction.OUTBOUND,
        letter_id=f"<{uuid4().hex}@{_domain(sender)}>",
        answers_to=former.letter_id if former else "",
        from_address=sender,
        to_address=ticket.customer_email,
        subject=f"{_subject(ticket, earlier.filter(direction=Direction.INBOUND).last())} {mark_of(ticket)}"[:255],
        text=text,
        next_attempt_at=at,
    )
    transaction.on_commit(partial(tasks.send_mail.delay, mail_id=mail.pk), robust=True)
    return mail


def acknowledge(ticket: Ticket, *, at: datetime) -> TicketMail | None:
    """Tell the customer that their request is registered; the caller owns the transaction."""
    with override(ticket.tenant.language_code):
        words = gettext("Hello!\n\nYour request #{number} “{title}” is registered. We will answer to this address.")
        return write(ticket, text=words.format(number=ticket.number, title=ticket.title), at=at)


def send(mail_id: int, *, at: datetime) -> bool:
    """Send one letter if it is due and nobody else does; say whether there was anything to do."""
    mail = _claim(mail_id, at=at)
    if mail is None:
        return False
    release_connection()
    try:
        _carry(mail)
    except CredentialsRefused as error:
        if mail.integration:
            mark(mail.integration, status=IntegrationStatus.REAUTH_REQUIRED, message=mail.trouble)
        _put_off(mail, str(error), at=at)
    except outgoing.Unknown as error:
        _note(mail, status=MailStatus.UNKNOWN, error=str(error))
    except ProviderUnavailable as error:
        _put_off(mail, str(error), at=at)
    except (ProviderError, CredentialsUnreadable, ValueError) as error:  # a name or an address that no header can hold
        _note(mail, status=MailStatus.FAILED, error=str(error))
    else:
        _note(mail, status=MailStatus.SENT, error="")
    return True


def send_again(mail: TicketMail, *, at: datetime) -> None:
    """Send a letter once more that failed or may not have arrived: a person wants it."""
    stuck = TicketMail.objects.filter(pk=mail.pk, status__in=[MailStatus.FAILED, MailStatus.UNKNOWN])
    mailbox = mailbox_of(mail.tenant_id)
    if stuck.update(status=MailStatus.PENDING, next_attempt_at=at, attempts=0, error="", integration=mailbox):
        transaction.on_commit(partial(tasks.send_mail.delay, mail_id=mail.pk), robust=True)


def sweep(*, at: datetime) -> int:
    """Queue what is due and lost; return how much."""
    keys = list(TicketMail.objects.due(at=at).order_by("next_attempt_at").values_list("pk", flat=True)[:BATCH])
    for key in keys:
        tasks.send_mail.delay(mail_id=key)
    return len(keys)


@transaction.atomic
def _claim(mail_id: int, *, at: datetime) -> TicketMail | None:
    """Lease a letter; one that a dead worker had may have been sent, so it is not sent again."""
    due = TicketMail.objects.due(at=at).select_related("integration__tenant", "ticket__tenant")
    mail = due.select_for_update(of=("self",), skip_locked=True).filter(pk=mail_id).first()
    if mail is None:
        return None
    if mail.status == MailStatus.SENDING:
        _note(mail, status=MailStatus.UNKNOWN, error="silent")
        return None
    mail.status, mail.locked_until, mail.attempts = MailStatus.SENDING, at + LEASE, mail.attempts + 1
    mail.save(update_fields=["status", "locked_until", "attempts"])
    return mail


def _carry(mail: TicketMail) -> None:
    mailbox = mail.integration
    if mailbox and mailbox.credentials_encrypted is not None:
        letter = compose(mail)
        outgoing.send(credentials_of(mailbox), letter, sender=mail.from_address, to=mail.to_address)
        return
    letter = compose(mail)
    headers = {name: letter[name] for name in ("Message-ID", "In-Reply-To", "References") if letter[name]}
    ours = EmailMultiAlternatives(
        letter["Subject"], letter.get_content(), to=[mail.to_address], headers=headers, connection=get_connection()
    )
    try:
        ours.send()
    except OSError as error:  # smtplib's errors are such as well
        raise outgoing.Delayed(str(error)[:300]) from error


def compose(mail: TicketMail) -> EmailMessage:
    """Return the letter with everything by which an answer to it finds its ticket."""
    ticket = mail.ticket
    letter = EmailMessage()
    name = " ".join(ticket.tenant.name.split()) if ticket else ""
    letter["From"] = formataddr((name, mail.from_address or parseaddr(settings.DEFAULT_FROM_EMAIL)[1]))
    letter["To"] = mail.to_address
    letter["Subject"] = mail.subject
    letter["Date"] = format_datetime(mail.created_at)
    letter["Message-ID"] = mail.letter_id
    letter["X-Otklik-Ticket"] = str(ticket.uuid) if ticket else ""
    if mail.letter_id and mail.message is None:
        letter["Auto-Submitted"] = "auto-replied"
    if mail.answers_to and ticket:
        letter["In-Reply-To"] = mail.answers_to
        thread = ticket.mails.filter(pk__lt=mail.pk).exclude(status=MailStatus.IGNORED).order_by("-pk")
        known = list(thread.values_list("letter_id", flat=True)[:LATEST])
        letter["References"] = " ".join(reversed(known))
    letter.set_content(_with_foot(mail))
    return letter


def _with_foot(mail: TicketMail) -> str:
    if mail.ticket is None:
        return mail.text
    with override(mail.ticket.tenant.language_code):
        foot = gettext("Your request #{number}: {url}").format(number=mail.ticket.number, url=address_of(mail.ticket))
        how = gettext("Reply to this letter, or on the page of your request.")
        alone = gettext("Please reply on the page of your request: letters to this address are not read.")
        return f"{mail.text}\n\n-- \n{mail.ticket.tenant.name}\n{foot}\n{how if mail.integration else alone}\n"


def _subject(ticket: Ticket, first: TicketMail | None) -> str:
    """Return the customer's own subject, or the ticket's title, on one line."""
    subject = " ".join((first.subject if first else ticket.title).split())
    return (subject if subject[:3].lower() == "re:" or first is None else f"Re: {subject}")[:200]


def _domain(address: str) -> str:
    host = address.rpartition("@")[2] or settings.BASE_URL.partition("://")[2].partition(":")[0]
    return host if host.isascii() else "otklik.invalid"


def _put_off(mail: TicketMail, words: str, *, at: datetime) -> None:
    if mail.attempts >= MOST_ATTEMPTS:
        _note(mail, status=MailStatus.FAILED, error=words)
        return
    pause = min(FIRST_PAUSE * 2 ** (mail.attempts - 1), LONGEST_PAUSE)
    _note(mail, status=MailStatus.PENDING, error=words, next_attempt_at=at + pause)


def _note(mail: TicketMail, **changes: object) -> None:
    """Note the outcome, unless the lease ran out and another worker has the letter."""
    mine = TicketMail.objects.filter(pk=mail.pk, status=MailStatus.SENDING, locked_until=mail.locked_until)
    mine.update(locked_until=None, **changes)
