"""Reviews: those waiting, those answered, and the archive, where star-only ones live."""

from datetime import datetime, timedelta
from typing import Any, Final

from django.db import connection
from django.db.models import Min
from django.utils.timezone import now
from django.utils.translation import gettext as _

from marketplace.enums import PurchaseStatus
from marketplace.models import Product, Review, Store
from marketplace.sync.merging import Target, execute, hold_products, merge, new_uuid
from marketplace.sync.passes import OVERLAP, Ground, Step, distinct, since
from marketplace.wildberries.client import PAGE, SKIP_LIMIT
from marketplace.wildberries.payloads import Feedback, Page

PHASES: Final = ("unanswered", "answered", "archive", "deep_archive")
STEP_BACK: Final = 10  # rows read again, should one vanish from the list between two pages
FIRST_LOOK: Final = 500  # how much of the archive is read first when only its end is wanted
ARCHIVED_AFTER: Final = timedelta(days=31)
PURCHASES: Final = {
    "buyout": PurchaseStatus.PURCHASED,
    "rejected": PurchaseStatus.REFUSED,
    "returned": PurchaseStatus.REFUSED,
    "notSpecified": PurchaseStatus.NOT_SPECIFIED,
}
MAPPED: Final = frozenset({
    "id", "text", "pros", "cons", "productValuation", "createdDate", "answer", "userName", "photoLinks", "video",
    "supplierFeedbackValuation", "supplierProductValuation", "lastOrderCreatedAt", "productDetails",
})  # fmt: skip
VALUES: Final = (
    "rating", "text", "pros", "cons", "author", "date", "answer", "photo_links", "video",
    "supplier_feedback_valuation", "supplier_product_valuation", "purchase_date", "wb_api_data",
)  # fmt: skip
TARGET: Final = Target(
    model=Review,
    key="wb_id",
    columns={
        "wb_id": "text", "rating": "smallint", "text": "text", "pros": "text", "cons": "text", "author": "text",
        "date": "timestamptz", "answer": "jsonb", "photo_links": "jsonb", "video": "jsonb",
        "supplier_feedback_valuation": "smallint", "supplier_product_valuation": "smallint",
        "purchase_date": "timestamptz", "wb_api_data": "jsonb", "product_status_by_review": "text",
        "_nm_id": "bigint", "_name": "text", "_vendor_code": "text",
    },
    compared=VALUES,
    updates={
        "answered_at": "CASE WHEN n.answer IS NULL THEN NULL WHEN t.answer IS NULL THEN statement_timestamp() "
        "ELSE t.answered_at END",
        "gone_at": "NULL",
        "product_status_by_review": "CASE WHEN n.product_status_by_review = 'unknown' "
        "THEN t.product_status_by_review ELSE n.product_status_by_review END",
    },
    inserts={
        "product_id": "p.id",
        "is_product_active": "p.is_active",
    },
    joins="JOIN products p ON p.store_id = {store} AND p.tenant_id = {tenant} AND p.wb_product_id = n._nm_id",
    revives="t.gone_at IS NOT NULL",
)  # fmt: skip
PRODUCTS: Final = """
INSERT INTO products (uuid, tenant_id, store_id, wb_product_id, vendor_code, name, image_url, review_count, is_active,
                      work_status, compensation_method)
SELECT {uuid}, %s, %s, n.id, n.vendor_code, n.name, '', 0, true, 'not_working', ''
  FROM unnest(%s::bigint[], %s::text[], %s::text[]) AS n (id, vendor_code, name)
    ON CONFLICT DO NOTHING
"""
SIGHTINGS: Final = """
INSERT INTO sync_sightings (tenant_id, store_id, wb_id) SELECT %s, %s, unnest(%s::text[]) ON CONFLICT DO NOTHING
"""


def begin(ground: Ground, *, is_full: bool) -> dict[str, Any]:
    """Return where a pass starts."""
    newest = since(ground.cursor.get("newest"))
    start = None if is_full or newest is None else (newest - OVERLAP).isoformat()
    waiting = Review.objects.unanswered().filter(store=ground.store, gone_at=None, date__gt=ground.at - ARCHIVED_AFTER)
    oldest = (
        waiting.exclude(text="", photo_links__isnull=True).aggregate(oldest=Min("date"))["oldest"] if start else None
    )
    # what waits here may have been answered in the portal meanwhile
    answered = min(start, oldest.isoformat()) if start and oldest else start
    place = {"since": start, "answered_since": answered, "window": start, "skip": 0}
    return {"phase": PHASES[0], "is_full": start is None, **place}


def advance(ground: Ground, progress: dict[str, Any]) -> Step:
    """Read one page and say what to write."""
    page, take = _read(ground, progress)
    rows = distinct(page.rows)
    edges = [page.rows[0].wb_id, page.rows[-1].wb_id, page.size] if page.rows else None
    newest = max([*(row.created_at for row in rows), *filter(None, [since(progress.get("newest"))])], default=None)
    following = {**progress, "edges": edges, **({"newest": newest.isoformat()} if newest else {})}
    problem = ""
    if page.size > STEP_BACK and progress.get("edges") == edges:
        problem, after = _("Wildberries repeats a page"), None
    else:
        after = _next_place(ground, following, page, take)
        if after is not None and after.get("stuck"):
            problem, after = _("The list on Wildberries does not move on"), None
    is_over = after is None and not problem
    cursor = {**ground.cursor, "newest": following["newest"]} if is_over and following.get("newest") else None
    return Step(
        write=lambda: write(ground.store, rows, is_full=bool(progress["is_full"])),
        progress=after,
        cursor=cursor,
        seen=len(rows),
        broken=page.broken,
        problem=problem,
    )


def _read(ground: Ground, progress: dict[str, Any]) -> tuple[Page[Feedback], int]:
    phase, skip, client = progress["phase"], progress["skip"], ground.client
    if phase == "deep_archive":
        return client.archived_feedbacks(skip=skip, nm_id=progress["products"][0], newest_first=False), PAGE
    if phase == "archive":
        take = PAGE if progress["is_full"] or skip else FIRST_LOOK
        return client.archived_feedbacks(skip=skip, take=take, newest_first=not progress["is_full"]), take
    window = since(progress["window"])
    return client.feedbacks(is_answered=phase == "answered", skip=skip, date_from=window), PAGE


def _next_place(ground: Ground, progress: dict[str, Any], page: Page[Feedback], take: int) -> dict[str, Any] | None:
    """Return where the next page is: deeper in this list, in the next window, in the next list, or nowhere."""
    phase, skip = progress["phase"], progress["skip"]
    start, oldest = since(progress["since"]), min((row.created_at for row in page.rows), default=None)
    is_end = page.size < take or (phase == "archive" and start is not None and oldest is not None and oldest < start)
    if is_end:
        return _next_list(progress)
    if skip + 2 * take <= SKIP_LIMIT:
        return {**progress, "skip": skip + page.size - STEP_BACK}
    if phase in {"archive", "deep_archive"}:
        numbers = list(Product.objects.filter(store=ground.store).values_list("wb_product_id", flat=True))
        deeper = {**progress, "phase": "deep_archive", "skip": 0, "products": numbers}
        return deeper if phase == "archive" else _next_list(progress)
    last = max(row.created_at for row in page.rows).isoformat() if page.rows else progress["window"]
    return {**progress, "window": last, "skip": 0, "stuck": last == progress["window"]}


def _next_list(progress: dict[str, Any]) -> dict[str, Any] | None:
    fresh = {**progress, "skip": 0, "window": progress["answered_since"], "edges": None}
    if progress["phase"] == "deep_archive":
        rest = progress["products"][1:]
        return {**fresh, "products": rest} if rest else None
    following = {"unanswered": "answered", "answered": "archive"}.get(progress["phase"])
    return {**fresh, "phase": following} if following else None


def write(store: Store, rows: list[Feedback], *, is_full: bool) -> list[int]:
    """Merge a page; return the keys of new reviews."""
    if not rows:
        return []
    products = {row.product.nm_id: row.product for row in rows}
    known = Product.objects.filter(store=store, wb_product_id__in=products).values_list("wb_product_id", flat=True)
    if missing := sorted(products.keys() - set(known)):
        hold_products(store)
        names = [products[number].name or str(number) for number in missing]
        codes = [products[number].vendor_code for number in missing]
        execute(PRODUCTS.format(uuid=new_uuid()), store.tenant_id, store.pk, missing, codes, names)
    if is_full:
        execute(SIGHTINGS, store.tenant_id, store.pk, [row.wb_id for row in rows])
    return merge(store, TARGET, map(_values, rows)).inserted


def _values(row: Feedback) -> tuple[Any, ...]:
    answer = row.answer and {"text": row.answer.text, "state": row.answer.state, "editable": row.answer.is_editable}
    rest = {name: value for name, value in row.raw.items() if name not in MAPPED and value not in (None, "")}
    purchase = PURCHASES.get(row.order_status, PurchaseStatus.UNKNOWN)
    return (
        row.wb_id, row.rating, row.text, row.pros, row.cons, row.author, row.created_at, answer or None, row.photos,
        row.video, row.supplier_feedback_valuation, row.supplier_product_valuation, row.purchased_at, rest,
        purchase.value, row.product.nm_id, row.product.name, row.product.vendor_code,
    )  # fmt: skip


MOST_GONE: Final = 0.2  # more at once is rather Wildberries' mistake than the buyers' doing
FEW: Final = 50
UNSEEN: Final = """
FROM reviews r WHERE r.store_id = %s AND r.tenant_id = %s AND r.gone_at IS NULL AND r.date < %s
 AND NOT EXISTS (SELECT FROM sync_sightings s
                  WHERE s.store_id = r.store_id AND s.wb_id = r.wb_id AND s.tenant_id = r.tenant_id)
"""


def finish(store: Store, progress: dict[str, Any], *, began_at: datetime, at: datetime) -> str:
    """Note what a full pass has not seen, and count; return what is suspicious about it."""
    problem = ""
    if progress["is_full"]:
        facts: list[Any] = [store.pk, store.tenant_id, began_at - OVERLAP]
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT count(*) {UNSEEN}", facts)
            (gone,) = cursor.fetchone()
            cursor.execute("SELECT count(*) FROM reviews WHERE store_id = %s AND gone_at IS NULL", [store.pk])
            (known,) = cursor.fetchone()
        if gone > FEW and gone > MOST_GONE * known:
            problem = _("%(gone)d of %(known)d reviews were not listed; they are kept") % {"gone": gone, "known": known}
        elif gone:
            execute(f"UPDATE reviews SET gone_at = %s WHERE id IN (SELECT r.id {UNSEEN})", at, *facts)  # noqa: S608 -- our own words
    count(store)
    return problem


def forget(store: Store) -> None:
    """Forget what a full pass has seen."""
    execute("DELETE FROM sync_sightings WHERE store_id = %s", store.pk)


def count(store: Store) -> None:
    """Keep the counts of a store and its products true."""
    hold_products(store)
    execute(
        "UPDATE products p SET review_count = c.reviews FROM (SELECT p.id, count(r.id) AS reviews FROM products p "
        "LEFT JOIN reviews r ON r.product_id = p.id AND r.gone_at IS NULL WHERE p.store_id = %s GROUP BY p.id) c "
        "WHERE p.id = c.id AND p.review_count <> c.reviews",
        store.pk,
    )
    execute(
        "UPDATE stores SET total_reviews = (SELECT count(*) FROM reviews WHERE store_id = %s AND gone_at IS NULL) "
        "WHERE id = %s",
        store.pk,
        store.pk,
    )
    Product.objects.filter(store=store, review_count__gt=0).update(last_review_update_date=now())
