"""Customers and conversations, without surprises."""

from typing import Any

import factory
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils.timezone import now
from factory.django import DjangoModelFactory

from dialogs.enums import Channel, DeliveryStatus, Sender
from dialogs.models import AnswerRun, Contact, Dialog, DialogAttachment, DialogMessage, DialogRating, MessageRating
from tests.factories.accounts import TenantFactory


class ContactFactory(DjangoModelFactory):
    """A customer with a name."""

    class Meta:
        model = Contact

    tenant = factory.SubFactory(TenantFactory)
    first_name = "Анна"


class DialogFactory(DjangoModelFactory):
    """An open conversation on the seller's site."""

    class Meta:
        model = Dialog

    tenant = factory.SubFactory(TenantFactory)
    contact = factory.SubFactory(ContactFactory, tenant=factory.SelfAttribute("..tenant"))
    platform = Channel.WIDGET
    session_id = factory.Sequence(lambda n: f"visitor-{n}")


class MessageFactory(DjangoModelFactory):
    """The next message of a dialog, by its customer unless ``sender`` says otherwise; the dialog's counters follow."""

    class Meta:
        model = DialogMessage

    dialog = factory.SubFactory(DialogFactory)
    tenant = factory.SelfAttribute("dialog.tenant")
    sender = Sender.CUSTOMER
    text = factory.Sequence(lambda n: f"Вопрос {n}")
    delivery_status = DeliveryStatus.DELIVERED
    created_at = factory.LazyFunction(now)

    @classmethod
    def _create(cls, model_class: Any, *args: Any, **kwargs: Any) -> DialogMessage:
        dialog = kwargs["dialog"]
        dialog.last_seq = kwargs.setdefault("seq", dialog.last_seq + 1)
        dialog.messages_count += 1
        dialog.last_message_at = kwargs["created_at"]
        dialog.save(update_fields=["last_seq", "messages_count", "last_message_at"])
        message: DialogMessage = model_class.objects.create(*args, **kwargs)
        return message


class AttachmentFactory(DjangoModelFactory):
    """A small PDF that the customer uploaded and did not send yet; with ``message`` it is part of that."""

    class Meta:
        model = DialogAttachment

    class Params:
        content = b"%PDF-1.4"

    dialog = factory.LazyAttribute(lambda row: row.message.dialog if row.message else DialogFactory())
    message = None
    tenant = factory.SelfAttribute("dialog.tenant")
    sender = Sender.CUSTOMER
    name = "чек.pdf"
    content_type = "application/pdf"
    size = factory.LazyAttribute(lambda row: len(row.content))
    path = factory.LazyAttribute(lambda row: default_storage.save("attachments/test", ContentFile(row.content)))
    created_at = factory.LazyFunction(now)


class DialogRatingFactory(DjangoModelFactory):
    """Five stars from the customer."""

    class Meta:
        model = DialogRating

    dialog = factory.SubFactory(DialogFactory)
    rating = 5


class MessageRatingFactory(DjangoModelFactory):
    """A thumb up for an answer."""

    class Meta:
        model = MessageRating

    message = factory.SubFactory(MessageFactory, sender=Sender.ASSISTANT)
    dialog = factory.SelfAttribute("message.dialog")
    rating = 1


class RunFactory(DjangoModelFactory):
    """An answer that waits for a worker."""

    class Meta:
        model = AnswerRun

    dialog = factory.SubFactory(DialogFactory)
    tenant = factory.SelfAttribute("dialog.tenant")
    from_seq = 1
    first_due_at = factory.LazyFunction(now)
    due_at = factory.SelfAttribute("first_due_at")
