"""Chats: their list, then the one feed of all messages from where it was left."""

from typing import Any, Final

from django.utils.translation import gettext as _

from marketplace.enums import ChatSender
from marketplace.models import Chat, ChatMessage, Product, Store
from marketplace.models.chats import TEXT_LIMIT
from marketplace.sync.merging import Target, execute, merge
from marketplace.sync.passes import Ground, Step, distinct
from marketplace.wildberries.payloads import ChatEvent, ChatInfo

MOST_PAGES: Final = 1000  # of one pass
CHATS: Final = Target(
    model=Chat,
    key="wb_id",
    columns={
        "wb_id": "text", "client_name": "text", "reply_sign": "text", "product_nm_id": "bigint",
        "product_name": "text", "product_vendor_code": "text",
    },
    compared=["client_name", "reply_sign", "product_nm_id", "product_name", "product_vendor_code"],
    updates={},
    inserts={
        "status_changed_at": "statement_timestamp()",
    },
)  # fmt: skip
MENTIONED: Final = Target(  # by an event only: what it does not say stays as it is
    model=Chat, key="wb_id", columns=CHATS.columns, compared=[], updates={}, inserts=CHATS.inserts
)
MESSAGES: Final = Target(
    model=ChatMessage,
    key="wb_id",
    columns={
        "wb_id": "text", "text": "text", "sender": "text", "sent_at": "timestamptz", "download_id": "text",
        "_chat": "text",
    },
    compared=["text", "sender", "sent_at", "download_id"],
    updates={},
    inserts={"chat_id": "c.id"},
    joins="JOIN chats c ON c.store_id = {store} AND c.tenant_id = {tenant} AND c.wb_id = n._chat",
)  # fmt: skip
LAST: Final = """
UPDATE chats c SET last_message_date = m.sent_at, last_message_text = m.text, last_message_sender = m.sender
  FROM (SELECT DISTINCT ON (chat_id) chat_id, sent_at, text, sender FROM chat_messages
         WHERE store_id = %s AND chat_id IN (SELECT chat_id FROM chat_messages WHERE id = ANY(%s))
         ORDER BY chat_id, sent_at DESC, id DESC) m
 WHERE c.id = m.chat_id AND (c.last_message_date IS NULL OR c.last_message_date < m.sent_at)
"""


def begin(ground: Ground, *, is_full: bool) -> dict[str, Any]:
    """Return where a pass starts: the list, then the feed after the last event read."""
    after = ground.cursor.get("next")
    return {"phase": "list", "next": after, "pages": 0, "is_full": after is None}


def advance(ground: Ground, progress: dict[str, Any]) -> Step:
    """Read the list of chats, or one page of the feed."""
    if progress["phase"] == "list":
        page = ground.client.chats()
        chats = distinct(page.rows)
        following = {**progress, "phase": "feed"}
        return Step(
            write=lambda: _write_chats(ground.store, chats), progress=following, seen=len(chats), broken=page.broken
        )
    return _feed(ground, progress)


def _feed(ground: Ground, progress: dict[str, Any]) -> Step:
    after, pages = progress["next"], progress["pages"] + 1
    page = ground.client.chat_events(after=after)
    events = distinct(page.events.rows)
    is_over = page.total == 0
    moved = page.next is not None and (after is None or page.next > after)
    problem = ""
    if not is_over and not moved:
        problem = _("The feed of chats does not move on")
    elif not is_over and pages >= MOST_PAGES:
        problem = _("More than %(count)d pages in the feed of chats") % {"count": MOST_PAGES}
    place = page.next if moved else after
    ends = is_over or bool(problem)
    return Step(
        write=lambda: write(ground.store, events, place=place),
        progress=None if ends else {**progress, "next": place, "pages": pages},
        cursor={"next": place} if place is not None else None,
        seen=len(events),
        broken=page.events.broken,
        problem=problem,
    )


def _write_chats(store: Store, rows: list[ChatInfo]) -> list[int]:
    """Merge the list of chats; nothing of it is news, messages are."""
    products = _products(store, {row.nm_id for row in rows if row.nm_id})
    merge(
        store,
        CHATS,
        [(row.wb_id, row.client_name, row.reply_sign, row.nm_id, *products.get(row.nm_id, ("", ""))) for row in rows],
    )
    return []


def write(store: Store, events: list[ChatEvent], *, place: int | None) -> list[int]:
    """Merge a page of the feed; return the keys of new messages."""
    if place is not None:
        Store.objects.filter(pk=store.pk).update(last_chat_update_next=str(place))
    if not events:
        return []
    products = _products(store, {event.nm_id for event in events if event.nm_id})
    first = {event.chat_id: event for event in sorted(events, key=lambda event: (event.is_new_chat, event.sent_at))}
    merge(
        store,
        MENTIONED,
        [
            (key, event.client_name, event.reply_sign, event.nm_id, *products.get(event.nm_id, ("", "")))
            for key, event in first.items()
        ],
    )
    inserted = merge(store, MESSAGES, map(_values, events)).inserted
    if inserted:
        execute(LAST, store.pk, inserted)
    return inserted


def _values(event: ChatEvent) -> tuple[Any, ...]:
    sender = event.sender if event.sender in ChatSender.values else ChatSender.WB.value
    text = event.text[:TEXT_LIMIT] if sender == ChatSender.SELLER else event.text
    file = event.files[0].download_id if event.files else ""
    return event.wb_id, text, sender, event.sent_at, file, event.chat_id


def _products(store: Store, numbers: set[int]) -> dict[int | None, tuple[str, str]]:
    known = Product.objects.filter(store=store, wb_product_id__in=numbers)
    return {number: (name, code) for number, name, code in known.values_list("wb_product_id", "name", "vendor_code")}


def count(store: Store) -> None:
    """Keep the counts of a store true."""
    execute(
        "UPDATE stores SET total_chats = (SELECT count(*) FROM chats WHERE store_id = %s), chat_tag_counts = "
        "(SELECT coalesce(jsonb_object_agg(tag, n), '{}') FROM "
        "(SELECT tag, count(*) AS n FROM chats WHERE store_id = %s GROUP BY tag) tags) WHERE id = %s",
        store.pk,
        store.pk,
        store.pk,
    )
