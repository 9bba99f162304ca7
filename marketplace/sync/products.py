"""Products: cards since the last one read, then all prices."""

from decimal import Decimal
from typing import Any, Final

from marketplace.models import Product, Store
from marketplace.sync.merging import Target, execute, hold_products, merge
from marketplace.sync.passes import Ground, Step, distinct
from marketplace.wildberries.client import PRICES
from marketplace.wildberries.errors import WrongCategory
from marketplace.wildberries.payloads import Card, Price

TARGET: Final = Target(
    model=Product,
    key="wb_product_id",
    columns={
        "wb_product_id": "bigint", "vendor_code": "text", "name": "text", "image_url": "text", "wb_api_data": "jsonb",
    },
    compared=["vendor_code", "name", "image_url", "wb_api_data"],
    updates={},
    inserts={},
)  # fmt: skip
PRICED: Final = """
UPDATE products p SET price = n.price FROM unnest(%s::bigint[], %s::numeric[]) AS n (id, price)
 WHERE p.store_id = %s AND p.wb_product_id = n.id AND p.price IS DISTINCT FROM n.price
"""


def begin(ground: Ground, *, is_full: bool) -> dict[str, Any]:
    """Return where a pass starts."""
    return {"phase": "cards", "is_full": is_full, "place": {} if is_full else ground.cursor.get("place", {})}


def advance(ground: Ground, progress: dict[str, Any]) -> Step:
    """Read a page of cards, or of prices."""
    if progress["phase"] == "prices":
        return _prices(ground, progress)
    page = ground.client.cards(cursor=progress["place"])
    cards = distinct(page.cards.rows, "nm_id")
    place = page.cursor or progress["place"]
    is_stuck = not page.is_last and place == progress["place"]
    following = {**progress, "place": place}
    if page.is_last or is_stuck:
        following = {**following, "phase": "prices", "offset": 0}
    return Step(
        write=lambda: _write(ground.store, cards),
        progress=following,
        cursor=None if is_stuck else {"place": place},
        seen=len(cards),
        broken=page.cards.broken,
    )


def _prices(ground: Ground, progress: dict[str, Any]) -> Step:
    try:
        page = ground.client.prices(offset=progress["offset"])
    except WrongCategory:  # a store can be worked without prices
        return Step(write=list, progress=None)
    prices = distinct(page.rows, "nm_id")
    is_last = page.size < PRICES
    return Step(
        write=lambda: _write_prices(ground.store, prices),
        progress=None if is_last else {**progress, "offset": progress["offset"] + page.size},
        seen=0,
        broken=page.broken,
    )


def _write(store: Store, cards: list[Card]) -> list[int]:
    rows = [(card.nm_id, card.vendor_code, card.title or str(card.nm_id), card.image_url, card.raw) for card in cards]
    hold_products(store)
    return merge(store, TARGET, rows).inserted


def _write_prices(store: Store, prices: list[Price]) -> list[int]:
    known: list[tuple[int, Decimal]] = [(row.nm_id, row.price) for row in prices if row.price is not None]
    hold_products(store)
    execute(PRICED, [number for number, _ in known], [price for _, price in known], store.pk)
    return []
