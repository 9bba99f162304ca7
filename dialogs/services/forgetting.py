"""A visitor's data goes for good: words become tombstones, so that numbers stay gapless; what was paid stays booked."""

from datetime import datetime
from functools import partial
from typing import Final
from uuid import uuid4

from django.core.files.storage import default_storage
from django.db import transaction

from dialogs import phrases, signals
from dialogs.enums import Channel
from dialogs.events import announce_state
from dialogs.models import Contact, ContactIdentity, Dialog, DialogMessage, DialogRating, MessageRating
from dialogs.services import handing
from dialogs.services.visiting import Visitor

BOOKED: Final = ("run", "price", "currency", "search", "model")  # of a receipt: what was paid, and for what


@transaction.atomic
def forget(visitor: Visitor, *, at: datetime) -> int:
    """Erase what the visitor and we wrote to each other here; return how many conversations that were.

    Open ones end first. Who they are goes too, unless the same person has
    conversations on another channel: those are not the visitor's to erase.
    Prices, models and token counts stay: they are the seller's books.
    """
    dialogs = list(visitor.dialogs.locked())
    contacts = {dialog.contact_id for dialog in dialogs}
    for dialog in dialogs:
        if dialog.is_open:
            handing.close(dialog, at=at)
        _erase(dialog)
    identities = ContactIdentity.objects.of(visitor.assistant.tenant).filter(platform=Channel.WIDGET)
    own = identities.filter(external_id=visitor.key)
    contacts |= set(own.values_list("contact_id", flat=True))
    for contact in Contact.objects.select_for_update().filter(pk__in=contacts).order_by("pk"):
        _forget_person(contact)
    own.delete()
    facts = {"dialog_ids": [dialog.pk for dialog in dialogs]}
    transaction.on_commit(partial(signals.dialogs_erased.send, sender=Dialog, **facts))
    return len(dialogs)


def _erase(dialog: Dialog) -> None:
    messages = list(dialog.messages.all())
    files = dialog.attachments.values_list("path", "thumbnail_path")
    paths = [path for pair in files for path in pair if path]
    dialog.attachments.all().delete()
    words = phrases.say(phrases.ERASED, language=dialog.language_code)
    for message in messages:
        message.text, message.entities, message.metadata = words, {}, {"is_erased": True}
        message.intent, message.confidence, message.delivery_error = "", None, ""
        if message.receipt:
            kept = {name: message.receipt[name] for name in BOOKED if name in message.receipt}
            message.receipt = {**kept, "sources": [], "left_out": []}
    fields = ["text", "entities", "metadata", "intent", "confidence", "delivery_error", "receipt"]
    DialogMessage.objects.bulk_update(messages, fields, batch_size=500)
    dialog.runs.update(partial_text="")
    DialogRating.objects.filter(dialog=dialog).update(comment="")
    MessageRating.objects.filter(dialog=dialog).update(comment="")
    dialog.context_data, dialog.session_id = {}, f"erased-{uuid4().hex}"
    dialog.save(update_fields=["context_data", "session_id"])
    announce_state(dialog)
    transaction.on_commit(partial(_delete_files, paths))


def _forget_person(contact: Contact) -> None:
    others = contact.dialogs.exclude(session_id__startswith="erased-")
    if others.exists() or contact.identities.exclude(platform=Channel.WIDGET).exists():
        return
    contact.identities.all().delete()
    contact.first_name = contact.last_name = contact.email = contact.phone = ""
    contact.metadata = {}
    contact.save(update_fields=["first_name", "last_name", "email", "phone", "metadata"])


def _delete_files(paths: list[str]) -> None:
    for path in paths:
        default_storage.delete(path)
