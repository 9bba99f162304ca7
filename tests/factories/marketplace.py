"""Stores, products, reviews, complaints and chats, without surprises."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import factory
from factory.django import DjangoModelFactory

from config.db import new_uuid
from marketplace.enums import ChatSender, ComplaintReason, LoggedAction, LoggedEntity, SyncEntity
from marketplace.models import (
    AiLog,
    Chat,
    ChatAutoSequence,
    ChatMessage,
    Outgoing,
    Product,
    ProductRule,
    Question,
    ReplyRule,
    Review,
    ReviewComplaint,
    SellerSettings,
    SequenceStep,
    Store,
    StoreSync,
    SyncSighting,
    WritingSlot,
)
from marketplace.replies import OutgoingKind
from tests.factories.accounts import TenantFactory

NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


class StoreFactory(DjangoModelFactory):
    """A store that was never synced."""

    class Meta:
        model = Store

    tenant = factory.SubFactory(TenantFactory)
    name = factory.Sequence(lambda n: f"Store {n}")


class OfStoreFactory(DjangoModelFactory):
    """A row of a store; the tenant is the store's."""

    class Meta:
        abstract = True

    store = factory.SubFactory(StoreFactory)
    tenant = factory.SelfAttribute("store.tenant")


class ProductFactory(OfStoreFactory):
    """An active product."""

    class Meta:
        model = Product

    wb_product_id = factory.Sequence(lambda n: 100_000_000 + n)
    vendor_code = factory.Sequence(lambda n: f"SKU-{n}")
    name = factory.Sequence(lambda n: f"Product {n}")
    price = Decimal(1990)


class ProductRuleFactory(DjangoModelFactory):
    """The rule of a product: nothing is switched on."""

    class Meta:
        model = ProductRule

    product = factory.SubFactory(ProductFactory)
    store = factory.SelfAttribute("product.store")
    tenant = factory.SelfAttribute("product.tenant")


class ReviewFactory(DjangoModelFactory):
    """A bad review without an answer."""

    class Meta:
        model = Review

    product = factory.SubFactory(ProductFactory)
    store = factory.SelfAttribute("product.store")
    tenant = factory.SelfAttribute("product.tenant")
    wb_id = factory.Sequence(lambda n: f"review{n:014d}")
    rating = 2
    text = "Пришло не то, что заказывали."
    author = "Анна"
    date = factory.Sequence(lambda n: NOON - timedelta(minutes=n))


class ComplaintFactory(DjangoModelFactory):
    """A draft complaint about a review."""

    class Meta:
        model = ReviewComplaint

    review = factory.SubFactory(ReviewFactory)
    product = factory.SelfAttribute("review.product")
    store = factory.SelfAttribute("review.store")
    tenant = factory.SelfAttribute("review.tenant")
    complaint_text = "Отзыв не относится к товару."
    reason_id = ComplaintReason.UNRELATED
    reason_name = "Отзыв не относится к товару"
    review_rating = factory.SelfAttribute("review.rating")
    review_text = factory.SelfAttribute("review.text")
    review_date = factory.SelfAttribute("review.date")


class ChatFactory(OfStoreFactory):
    """A chat in the inbox."""

    class Meta:
        model = Chat

    wb_id = factory.Sequence(lambda n: f"1:{n:08d}-chat")
    client_name = "Анна"
    reply_sign = "1:sign"


class ChatMessageFactory(DjangoModelFactory):
    """A buyer's message."""

    class Meta:
        model = ChatMessage

    chat = factory.SubFactory(ChatFactory)
    store = factory.SelfAttribute("chat.store")
    tenant = factory.SelfAttribute("chat.tenant")
    wb_id = factory.Sequence(lambda n: f"event-{n}")
    text = "Здравствуйте!"
    sender = ChatSender.CLIENT
    sent_at = NOON


class QuestionFactory(OfStoreFactory):
    """A question nobody answered."""

    class Meta:
        model = Question

    wb_id = factory.Sequence(lambda n: f"question{n:012d}")
    text = "Подойдёт ли на рост 180?"
    created_date = NOON
    product_nm_id = 100_000_000
    product_name = "Куртка"


class SequenceFactory(DjangoModelFactory):
    """An active sequence of three reminders."""

    class Meta:
        model = ChatAutoSequence

    chat = factory.SubFactory(ChatFactory)
    store = factory.SelfAttribute("chat.store")
    tenant = factory.SelfAttribute("chat.tenant")
    messages = [{"day": day, "text": f"Напоминание {day}"} for day in (1, 2, 3)]
    max_steps = 3
    next_send_at = NOON


class StepFactory(DjangoModelFactory):
    """The first reminder, not sent yet."""

    class Meta:
        model = SequenceStep

    sequence = factory.SubFactory(SequenceFactory)
    tenant = factory.SelfAttribute("sequence.tenant")
    step = 1
    text = "Напоминание 1"


class SellerSettingsFactory(DjangoModelFactory):
    """Settings as they come."""

    class Meta:
        model = SellerSettings

    tenant = factory.SubFactory(TenantFactory)


class AiLogFactory(OfStoreFactory):
    """A drafted reply."""

    class Meta:
        model = AiLog

    entity_type = LoggedEntity.REVIEW
    entity_id = 1
    action = LoggedAction.GENERATE_REPLY


class StoreSyncFactory(OfStoreFactory):
    """The sync of a store's reviews, which never ran."""

    class Meta:
        model = StoreSync

    entity = SyncEntity.REVIEW


class SyncSightingFactory(OfStoreFactory):
    """A review that a full pass has seen."""

    class Meta:
        model = SyncSighting

    wb_id = factory.Sequence(lambda n: f"review{n:014d}")


class OutgoingFactory(DjangoModelFactory):
    """An answer to a review that waits to be sent."""

    class Meta:
        model = Outgoing

    review = factory.SubFactory(ReviewFactory)
    store = factory.SelfAttribute("review.store")
    tenant = factory.SelfAttribute("review.tenant")
    kind = OutgoingKind.REVIEW_ANSWER
    text = "Спасибо за отзыв!"


class ReplyRuleFactory(OfStoreFactory):
    """A store's rule that does nothing."""

    class Meta:
        model = ReplyRule


class WritingSlotFactory(DjangoModelFactory):
    """The first place for drafts, taken."""

    class Meta:
        model = WritingSlot

    tenant = factory.SubFactory(TenantFactory)
    number = 1
    holder = factory.LazyFunction(new_uuid)
    locked_until = NOON
