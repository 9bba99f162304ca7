"""Replies leave for Wildberries once: row first, then the call, then reading back what it did.

``pending → sending → unconfirmed → confirmed | rejected``; a call whose outcome
is lost leaves ``unknown``, which only reading back (``confirming``) or a person
resolves.
"""

from collections.abc import Iterable
from dataclasses import asdict
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Final

import structlog
from django.core.files.storage import default_storage
from django.db import IntegrityError, transaction
from django.utils.timezone import now
from django.utils.translation import gettext as _

from accounts.models import User
from config.errors import DomainError
from marketplace import tasks
from marketplace.compliance import Channel, check, is_refused
from marketplace.errors import AlreadyAnswered, CannotEdit, NotAllowedThere
from marketplace.models import Chat, Outgoing, Question, Review, SellerSettings
from marketplace.replies import OutgoingKind, OutgoingStatus
from marketplace.wildberries import (
    OutcomeUnknown,
    RateLimited,
    Rejected,
    Unavailable,
    Wildberries,
    client_for,
)

log = structlog.get_logger(__name__)

LEASE: Final = timedelta(minutes=2)
FIRST_CHECK: Final = timedelta(minutes=2)
EDIT_WINDOW: Final = timedelta(days=60)
MOST_ATTEMPTS: Final = 12
BATCH: Final = 200
CHANNELS: Final = {
    OutgoingKind.REVIEW_ANSWER: Channel.REVIEW_ANSWER,
    OutgoingKind.REVIEW_EDIT: Channel.REVIEW_ANSWER,
    OutgoingKind.QUESTION_ANSWER: Channel.QUESTION_ANSWER,
    OutgoingKind.QUESTION_REJECT: Channel.QUESTION_ANSWER,
    OutgoingKind.CHAT_MESSAGE: Channel.CHAT_MESSAGE,
}


def enqueue(
    target: Review | Question | Chat,
    *,
    kind: OutgoingKind,
    text: str,
    at: datetime,
    author: User | None = None,
    approved_by: User | None = None,
    key: str | None = None,
    digest: str = "",
    files: Iterable[dict[str, str]] = (),
    due_at: datetime | None = None,
    is_automatic: bool = False,
    channel: Channel | None = None,
) -> Outgoing:
    """Put a reply into the outbox; a repeat of ``key`` returns the first one.

    Raises:
        NotAllowedThere: the rules of Wildberries forbid the text.
        AlreadyAnswered: there is an answer, or one is on its way.
        CannotEdit: the answer was changed before or is too old.
    """
    require_allowed(text, channel=channel or CHANNELS[kind], product_name=product_name_of(target))
    _require_open(target, kind, at=at)
    return _put(
        target,
        kind=kind,
        text=text.strip(),
        author=author,
        approved_by=approved_by,
        key=key,
        digest=digest,
        files=list(files),
        due_at=due_at or at,
        is_automatic=is_automatic,
    )


def _put(target: Review | Question | Chat, *, key: str | None, **values: Any) -> Outgoing:
    """Write the row; the unique keys say whether another one was first."""
    values |= {"tenant_id": target.tenant_id, "store_id": target.store_id, _column(target): target}
    try:
        with transaction.atomic():
            row = Outgoing.objects.create(key=key, **values)
    except IntegrityError as error:
        known = Outgoing.objects.filter(tenant=target.tenant_id, key=key).first() if key else None
        if known is not None:
            return known
        raise AlreadyAnswered from error
    tasks.send_soon(row.pk)
    return row


def require_allowed(text: str, *, channel: Channel, product_name: str = "") -> None:
    """Refuse a text that the rules of Wildberries forbid.

    Raises:
        NotAllowedThere: they do; it names each rule, place and a better wording.
    """
    findings = check(text.strip(), channel=channel, product_name=product_name)
    if is_refused(findings):
        names = ", ".join(dict.fromkeys(str(finding.rule.label) for finding in findings))
        raise NotAllowedThere(rules=names, findings=[asdict(finding) for finding in findings])


def product_name_of(target: Review | Question | Chat) -> str:
    """Return the name of the product a reply is about."""
    return target.product.name if isinstance(target, Review) else target.product_name


def _column(target: Review | Question | Chat) -> str:
    return {Review: "review", Question: "question", Chat: "chat"}[type(target)]


def _require_open(target: Review | Question | Chat, kind: OutgoingKind, *, at: datetime) -> None:
    if kind == OutgoingKind.REVIEW_EDIT:
        assert isinstance(target, Review)  # noqa: S101 -- for the type checker
        if not can_edit(target, at=at):
            raise CannotEdit
    elif (isinstance(target, Review) and target.answer) or (isinstance(target, Question) and target.is_answered):
        raise AlreadyAnswered


def can_edit(review: Review, *, at: datetime) -> bool:
    """Say whether the answer of a review may still be changed, once."""
    if not review.answer or review.answer.get("editable") is False:
        return False
    until = edit_until(review)
    if until is not None and at > until:
        return False
    return not Outgoing.objects.alive().filter(review=review, kind=OutgoingKind.REVIEW_EDIT).exists()


def edit_until(review: Review) -> datetime | None:
    """Return until when Wildberries takes a change of the answer; none when it is not known when it was given."""
    return review.answered_at + EDIT_WINDOW if review.answered_at else None


# --- sending -----------------------------------------------------------------


def deliver(outgoing_id: int, *, at: datetime) -> OutgoingStatus | None:
    """Send one due reply, outside any transaction; a second worker with the same row does nothing."""
    rows = Outgoing.objects.select_related("store__integration", "store__tenant", "review__product", "question", "chat")
    row = rows.filter(pk=outgoing_id).first()
    if row is None or not row.take(until=at + LEASE, at=at):
        return None
    if why := _no_longer_wanted(row):
        row.settle(OutgoingStatus.FAILED, error=why)
        return OutgoingStatus.FAILED
    moment = now()
    try:
        with client_for(row.store) as wb:
            reference = _send(wb, row)
    except OutcomeUnknown as lost:
        check_at = moment + FIRST_CHECK
        return _settled(row, OutgoingStatus.UNKNOWN, error=str(lost), sent_at=moment, check_at=check_at)
    except DomainError as error:
        return _not_sent(row, error)
    moment = now()
    values = {"sent_at": moment, "check_at": moment + FIRST_CHECK, "reference": reference}
    return _settled(row, OutgoingStatus.UNCONFIRMED, error="", **values)


def _not_sent(row: Outgoing, error: DomainError) -> OutgoingStatus:
    """Wait where waiting helps; a refusal or a token that may not send needs a person."""
    if isinstance(error, RateLimited):
        return _again(row, at=error.retry_at, why=str(error))
    if isinstance(error, Unavailable):
        return _again(row, at=now() + timedelta(minutes=min(2**row.attempts, 60)), why=str(error))
    status = OutgoingStatus.REJECTED if isinstance(error, Rejected) else OutgoingStatus.FAILED
    return _settled(row, status, error=str(error))


def _no_longer_wanted(row: Outgoing) -> str:
    """Return why a reply must not leave any more, read at the last moment."""
    if row.review and row.kind == OutgoingKind.REVIEW_ANSWER and row.review.answer:
        return _("The review was answered elsewhere meanwhile.")
    if row.review and row.kind == OutgoingKind.REVIEW_EDIT and not row.review.answer:
        return _("There is no answer to change any more.")
    if row.question and row.question.is_answered:
        return _("The question was answered elsewhere meanwhile.")
    if row.is_automatic and _is_paused(row):
        return _("Everything automatic was stopped.")
    if row.review and row.digest and row.digest != row.review.digest:
        return _("The review was changed after the reply was written.")
    return ""


def _is_paused(row: Outgoing) -> bool:
    return SellerSettings.objects.filter(tenant=row.tenant_id, is_auto_paused=True).exists()


def _send(wb: Wildberries, row: Outgoing) -> str:
    if row.review:
        act = wb.edit_review_answer if row.kind == OutgoingKind.REVIEW_EDIT else wb.answer_review
        act(row.review.wb_id, row.text)
    elif row.question:
        turn_down = row.kind == OutgoingKind.QUESTION_REJECT
        (wb.reject_question if turn_down else wb.answer_question)(row.question.wb_id, row.text)
    elif row.chat:
        return wb.send_chat_message(row.chat.reply_sign, row.text, [_file(kept) for kept in row.files]).chat_id
    return ""


def _file(kept: dict[str, str]) -> tuple[str, bytes, str]:
    with default_storage.open(kept["path"]) as file:
        return kept["name"], file.read(), kept["content_type"]


def _again(row: Outgoing, *, at: datetime, why: str) -> OutgoingStatus:
    """Wait and try again: nothing was sent."""
    if row.attempts >= MOST_ATTEMPTS:
        return _settled(row, OutgoingStatus.FAILED, error=why)
    return _settled(row, OutgoingStatus.PENDING, error=why, due_at=at)


def _settled(row: Outgoing, status: OutgoingStatus, *, error: str, **values: Any) -> OutgoingStatus:
    if not row.settle(status, error=error[:1000], **values):
        log.warning("outgoing_lease_lost", outgoing=str(row.uuid), wanted=status)
    return status


# --- by a person -------------------------------------------------------------


def cancel(row: Outgoing) -> None:
    """Take a reply back that did not leave yet.

    Raises:
        IllegalMove: it did.
    """
    row.move_to(OutgoingStatus.CANCELLED)


def resolve(row: Outgoing, *, was_sent: bool, at: datetime) -> None:
    """Let a person say what became of a reply whose fate is not known.

    Raises:
        IllegalMove: it is known.
    """
    if was_sent:
        row.move_to(OutgoingStatus.CONFIRMED, confirmed_at=at, error="")
    else:
        row.move_to(OutgoingStatus.FAILED, error=_("A person found that it was not sent."))


def sweep(*, at: datetime) -> int:
    """Find replies that are due, lost or to be read back; return how many."""
    lost = Outgoing.objects.lost(at=at)
    found = lost.update(
        status=OutgoingStatus.UNKNOWN,
        locked_until=None,
        sent_at=at,
        check_at=at,
        error=_("The connection was lost while sending."),
    )
    for pk in Outgoing.objects.due(at=at).order_by("due_at").values_list("pk", flat=True)[:BATCH]:
        transaction.on_commit(partial(tasks.send_reply.delay, outgoing_id=pk), robust=True)
        found += 1
    for pk in Outgoing.objects.to_check(at=at).order_by("check_at").values_list("pk", flat=True)[:BATCH]:
        transaction.on_commit(partial(tasks.confirm_reply.delay, outgoing_id=pk), robust=True)
        found += 1
    return found
