"""What a person writes to a buyer: drafted on wish, checked, sent through the outbox."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from django.core.files.storage import default_storage
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction

from accounts.models import User
from config.db import new_uuid
from marketplace.compliance import Channel
from marketplace.enums import ChatSender, ChatStage, ChatStatus, LoggedEntity
from marketplace.errors import BadFile, NothingToSend
from marketplace.models import Chat, Outgoing, ProductRule
from marketplace.models.boards import SELLER_WROTE
from marketplace.prompts import Material, Purpose
from marketplace.replies import OutgoingKind
from marketplace.services import board, sending
from marketplace.services.attending import latest
from marketplace.services.writing import Task, Written, write

MEGABYTE: Final = 1024 * 1024
LARGEST_FILE, LARGEST_SUM = 5 * MEGABYTE, 30 * MEGABYTE
KINDS: Final = {b"\xff\xd8\xff": "image/jpeg", b"\x89PNG\r\n\x1a\n": "image/png", b"%PDF-": "application/pdf"}
PLAIN: Final = "Здравствуйте! Спасибо, что написали. Разбираемся с вашим вопросом и скоро ответим здесь, в чате."


def send(
    chat: Chat,
    *,
    text: str,
    by: User | None,
    at: datetime,
    files: Sequence["UploadedFile[Any]"] = (),
    key: str | None = None,
) -> Outgoing:
    """Put a message into the outbox; the chat then waits for its buyer.

    Raises:
        NothingToSend: there are no words, or Wildberries gave no way to write.
        BadFile: a file is of another kind than JPEG, PNG or PDF, or too large.
        NotAllowedThere: the rules of Wildberries forbid the text.
    """
    if not text.strip() or not chat.reply_sign:
        raise NothingToSend
    sending.require_allowed(text, channel=Channel.CHAT_MESSAGE, product_name=chat.product_name)
    kept = [_keep(chat, file, kind) for file, kind in zip(files, _kinds(files), strict=True)]
    with transaction.atomic():
        row = sending.enqueue(
            chat,
            kind=OutgoingKind.CHAT_MESSAGE,
            text=text,
            author=by,
            approved_by=by,
            files=kept,
            key=f"chat:{chat.pk}:{key}" if key else None,
            at=at,
        )
        Chat.objects.filter(pk=chat.pk).update(draft_reply="", draft_log=None)
        if chat.status in (ChatStatus.INBOX, ChatStatus.IN_PROGRESS):
            board.move(chat, ChatStatus.AWAITING_REPLY, at=at, by=by, why=SELLER_WROTE)
    return row


def draft(chat: Chat, *, at: datetime) -> Written:
    """Have a reply written from the latest words, the product and its rules; it is kept as the chat's draft.

    Raises:
        DeskBusy, DailyLimitReached, InsufficientFunds, NotWritten: see ``writing.write``.
    """

    def save(written: Written) -> bool:
        same = Chat.objects.filter(pk=chat.pk, last_message_date=chat.last_message_date)
        return bool(same.update(draft_reply=written.text[:1000], draft_log=written.log))

    written = write(chat_task(chat), at=at, save=save)
    chat.draft_reply, chat.draft_log = written.text[:1000], written.log
    return written


def chat_task(chat: Chat) -> Task:
    """Return what is to be written to a buyer."""
    messages = latest(chat)
    said = "\n".join(f"{'Покупатель' if m.sender == ChatSender.CLIENT else 'Магазин'}: {m.text}" for m in messages)
    is_offer = chat.stage == ChatStage.DELETION_CANDIDATE
    return Task(
        store=chat.store,
        purpose=Purpose.OFFER if is_offer else Purpose.CHAT_REPLY,
        entity=LoggedEntity.CHAT,
        entity_id=chat.pk,
        channel=Channel.CHAT_MESSAGE,
        product_name=chat.product_name,
        template=PLAIN,
        material=Material(
            facts={"Товар": chat.product_name, "Покупатель": chat.client_name, **_compensation(chat)},
            texts=[("Переписка", said)],
        ),
    )


def _compensation(chat: Chat) -> dict[str, str]:
    """Return what the product's rule lets the shop make good; never in exchange for a review."""
    rule = ProductRule.objects.filter(
        store_id=chat.store_id, product__wb_product_id=chat.product_nm_id or 0, offer_compensation=True
    ).first()
    if rule is None:
        return {}
    most = f"не больше {rule.max_compensation:.0f} ₽" if rule.max_compensation is not None else "без предела"
    words = ", ".join(filter(None, (rule.compensation_type, most, rule.compensation_by)))
    return {"Можно возместить ущерб от брака (не за отзыв и не за его изменение)": words}


def _kinds(files: Sequence["UploadedFile[Any]"]) -> list[str]:
    if sum(file.size or 0 for file in files) > LARGEST_SUM:
        raise BadFile(name=", ".join(str(file.name) for file in files))
    return [_kind(file) for file in files]


def _kind(file: "UploadedFile[Any]") -> str:
    """Return what a file is by its first bytes, whatever it is called."""
    head = file.read(8)
    file.seek(0)
    kind = next((kind for mark, kind in KINDS.items() if head.startswith(mark)), "")
    if not kind or (file.size or 0) > LARGEST_FILE:
        raise BadFile(name=str(file.name))
    return kind


def _keep(chat: Chat, file: "UploadedFile[Any]", kind: str) -> dict[str, str]:
    path = default_storage.save(f"outgoing/{chat.tenant.uuid}/{new_uuid()}", file)
    return {"name": str(file.name)[-100:], "path": path, "content_type": kind}
