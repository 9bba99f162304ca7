"""Reading what Wildberries sends: numbers as ids, null lists, unknown words and broken rows included."""

from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from marketplace.wildberries.payloads import (
    Answer,
    Broken,
    Card,
    ChatEvent,
    ChatFile,
    ChatInfo,
    Feedback,
    Page,
    Price,
    ProductDetails,
    Question,
    Raw,
    Row,
)

WORST, BEST = 1, 5


def page_of(rows: Any, read: Callable[[Raw], Row], id_name: str = "id") -> Page[Row]:
    """Read every row that can be read."""
    page: Page[Row] = Page([])
    for raw in rows if isinstance(rows, list) else ():
        try:
            page.rows.append(read(raw))
        except (KeyError, TypeError, ValueError, AttributeError, OverflowError, InvalidOperation) as error:
            wb_id = str(raw.get(id_name, "")) if isinstance(raw, dict) else ""
            page.broken.append(Broken(wb_id[:64], f"{type(error).__name__}: {error}"[:200]))
    return page


def feedback(raw: Raw) -> Feedback:
    """Read a review."""
    rating = int(raw["productValuation"])
    if not WORST <= rating <= BEST:
        raise ValueError(f"rating {rating}")
    return Feedback(
        wb_id=identifier(raw["id"]),
        rating=rating,
        text=words(raw.get("text")),
        pros=words(raw.get("pros")),
        cons=words(raw.get("cons")),
        author=words(raw.get("userName"))[:255],
        created_at=moment(raw["createdDate"]),
        state=words(raw.get("state")),
        answer=_answer(raw.get("answer")),
        product=_product(raw["productDetails"]),
        order_status=words(raw.get("orderStatus")),
        purchased_at=moment(raw["lastOrderCreatedAt"]) if raw.get("lastOrderCreatedAt") else None,
        photos=_records(raw.get("photoLinks")),
        video=raw["video"] if isinstance(raw.get("video"), dict) else None,
        supplier_feedback_valuation=_number(raw.get("supplierFeedbackValuation")),
        supplier_product_valuation=_number(raw.get("supplierProductValuation")),
        raw=raw,
    )


def question(raw: Raw) -> Question:
    """Read a question."""
    return Question(
        wb_id=identifier(raw["id"]),
        text=words(raw.get("text")),
        created_at=moment(raw["createdDate"]),
        state=words(raw.get("state")),
        was_viewed=bool(raw.get("wasViewed")),
        answer=_answer(raw.get("answer")),
        product=_product(raw["productDetails"]),
        raw=raw,
    )


def chat(raw: Raw) -> ChatInfo:
    """Read a chat."""
    last, card = raw.get("lastMessage") or {}, raw.get("goodCard") or {}
    return ChatInfo(
        wb_id=identifier(raw["chatID"]),
        reply_sign=words(raw.get("replySign"))[:255],
        client_name=words(raw.get("clientName"))[:255],
        nm_id=_number(card.get("nmID")),
        last_text=words(last.get("text")),
        last_at=_milliseconds(last["addTimestamp"]) if last.get("addTimestamp") else None,
        raw=raw,
    )


def event(raw: Raw) -> ChatEvent:
    """Read an event of the chats' feed."""
    said = raw.get("message") or {}
    attached = said.get("attachments") or {}
    files = [*(_records(attached.get("files")) or []), *(_records(attached.get("images")) or [])]
    return ChatEvent(
        wb_id=identifier(raw["eventID"]),
        chat_id=identifier(raw["chatID"]),
        is_new_chat=bool(raw.get("isNewChat")),
        text=words(said.get("text")),
        sender=words(raw.get("sender")),
        sent_at=_milliseconds(raw["addTimestamp"]),
        reply_sign=words(raw.get("replySign"))[:255],
        client_name=words(raw.get("clientName"))[:255],
        nm_id=_number((attached.get("goodCard") or {}).get("nmID")),
        files=[
            ChatFile(
                download_id=words(file.get("downloadID"))[:255],
                name=words(file.get("name"))[:255],
                content_type=words(file.get("contentType")),
            )
            for file in files
            if file.get("downloadID")
        ],
        raw=raw,
    )


def card(raw: Raw) -> Card:
    """Read a product card."""
    photos: Iterable[Raw] = _records(raw.get("photos")) or []
    first: Raw = next(iter(photos), {})
    return Card(
        nm_id=int(raw["nmID"]),
        vendor_code=words(raw.get("vendorCode"))[:255],
        title=words(raw.get("title"))[:500],
        image_url=words(first.get("c516x688") or first.get("big"))[:1000],
        updated_at=words(raw.get("updatedAt")),
        raw=raw,
    )


def price(raw: Raw) -> Price:
    """Read a price: what the cheapest size costs after the discount."""
    sizes = _records(raw.get("sizes")) or []
    prices = [Decimal(str(size["discountedPrice"])) for size in sizes if size.get("discountedPrice") is not None]
    return Price(nm_id=int(raw["nmID"]), price=min(prices, default=None), raw=raw)


def words(value: Any) -> str:
    """Return a text that PostgreSQL can keep; what is no text is none."""
    return value.replace("\x00", "") if isinstance(value, str) else ""


def identifier(value: Any) -> str:
    """Return an id, which may come as a number."""
    text = str(value).strip() if isinstance(value, str | int) and not isinstance(value, bool) else ""
    if not text or len(text) > 64:  # noqa: PLR2004 -- as long as the column
        raise ValueError("no usable id")
    return text


def moment(value: Any) -> datetime:
    """Return a moment written in RFC 3339."""
    found = datetime.fromisoformat(str(value))
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _milliseconds(value: Any) -> datetime:
    return datetime.fromtimestamp(int(value) / 1000, UTC)


def _number(value: Any) -> int | None:
    if value is None or isinstance(value, bool):
        return None
    try:
        return int(value)
    except (TypeError, ValueError):
        return None


def _records(value: Any) -> list[Raw] | None:
    return [row for row in value if isinstance(row, dict)] if isinstance(value, list) else None


def _answer(raw: Any) -> Answer | None:
    if not isinstance(raw, dict):
        return None
    created = raw.get("createDate")
    return Answer(
        text=words(raw.get("text")),
        state=words(raw.get("state")),
        is_editable=bool(raw.get("editable")),
        created_at=moment(created) if created else None,
    )


def _product(raw: Raw) -> ProductDetails:
    nm_id = int(raw["nmId"])
    if nm_id <= 0:
        raise ValueError("no nmId")
    return ProductDetails(
        nm_id=nm_id,
        imt_id=_number(raw.get("imtId")),
        name=words(raw.get("productName"))[:500],
        vendor_code=words(raw.get("supplierArticle"))[:255],
        brand=words(raw.get("brandName"))[:255],
    )
