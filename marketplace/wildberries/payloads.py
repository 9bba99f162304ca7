"""What Wildberries sends, typed; ``raw`` keeps every field, also those not known here.

A row that cannot be read does not spoil its page: it becomes ``Broken`` with the reason.
``reading`` makes these out of JSON.
"""

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any, Generic, TypeVar

Raw = dict[str, Any]
Row = TypeVar("Row")


@dataclass(frozen=True, slots=True)
class Broken:
    """A row that cannot be read, and why."""

    wb_id: str
    reason: str


@dataclass(frozen=True, slots=True)
class Page(Generic[Row]):
    """One answer with rows."""

    rows: list[Row]
    broken: list[Broken] = field(default_factory=list)

    @property
    def size(self) -> int:
        """Return how many rows came, readable or not."""
        return len(self.rows) + len(self.broken)


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductDetails:
    """Which product a review or question is about."""

    nm_id: int
    imt_id: int | None
    name: str
    vendor_code: str
    brand: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """The seller's public answer, as Wildberries has it."""

    text: str
    state: str
    is_editable: bool
    created_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Feedback:
    """A review."""

    wb_id: str
    rating: int
    text: str
    pros: str
    cons: str
    author: str
    created_at: datetime
    state: str
    answer: Answer | None
    product: ProductDetails
    order_status: str
    purchased_at: datetime | None
    photos: list[Raw] | None
    video: Raw | None
    supplier_feedback_valuation: int | None
    supplier_product_valuation: int | None
    raw: Raw = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A question on a product card."""

    wb_id: str
    text: str
    created_at: datetime
    state: str
    was_viewed: bool
    answer: Answer | None
    product: ProductDetails
    raw: Raw = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatInfo:
    """A chat in the list of chats."""

    wb_id: str
    reply_sign: str
    client_name: str
    nm_id: int | None
    last_text: str
    last_at: datetime | None
    raw: Raw = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatFile:
    """A file or picture in a chat; fetched by ``download``."""

    download_id: str
    name: str
    content_type: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatEvent:
    """One message in the feed of all chats."""

    wb_id: str
    chat_id: str
    is_new_chat: bool
    text: str
    sender: str
    sent_at: datetime
    reply_sign: str
    client_name: str
    nm_id: int | None
    files: list[ChatFile]
    raw: Raw = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class EventsPage:
    """A page of the feed; the next one is asked with ``next``."""

    next: int | None
    total: int
    events: Page[ChatEvent]


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """A product card."""

    nm_id: int
    vendor_code: str
    title: str
    image_url: str
    updated_at: str
    raw: Raw = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class CardsPage:
    """A page of cards and where the next one begins."""

    cards: Page[Card]
    cursor: Raw
    is_last: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Price:
    """What a product costs the buyer, in roubles."""

    nm_id: int
    price: Decimal | None
    raw: Raw = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class SellerInfo:
    """Whose token it is."""

    name: str
    sid: str
    trade_mark: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Rating:
    """The seller's rating."""

    feedback_count: int
    valuation: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """Whether something waits to be read."""

    has_feedbacks: bool
    has_questions: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Download:
    """A file of a chat; without content while Wildberries still looks at it."""

    content: bytes | None = field(repr=False)
    content_type: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SentMessage:
    """What Wildberries says of a message it took."""

    chat_id: str
    sent_at: datetime | None
