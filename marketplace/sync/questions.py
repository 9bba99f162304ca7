"""Questions: those waiting and those answered, in windows of dates because lists end at 10,000."""

from typing import Any, Final

from django.db.models import Min
from django.utils.translation import gettext as _

from marketplace.enums import QuestionState
from marketplace.models import Question, Store
from marketplace.sync.merging import Target, merge
from marketplace.sync.passes import OVERLAP, Ground, Step, distinct, since
from marketplace.wildberries import payloads
from marketplace.wildberries.client import PAGE, QUESTIONS_WINDOW

STEP_BACK: Final = 10
COLUMNS: Final = {
    "wb_id": "text", "text": "text", "created_date": "timestamptz", "state": "text", "was_viewed": "boolean",
    "is_answered": "boolean", "answer": "jsonb", "product_nm_id": "bigint", "product_name": "text",
    "product_supplier_article": "text", "product_brand_name": "text", "answered_at": "timestamptz",
}  # fmt: skip
TARGET: Final = Target(
    model=Question,
    key="wb_id",
    columns=COLUMNS,
    compared=[name for name in COLUMNS if name not in {"wb_id", "answered_at"}],
    updates={
        "answered_at": "CASE WHEN n.answer IS NULL THEN NULL "
        "ELSE coalesce(n.answered_at, t.answered_at, statement_timestamp()) END"
    },
    inserts={},
)


def begin(ground: Ground, *, is_full: bool) -> dict[str, Any]:
    """Return where a pass starts; what waits is always read whole."""
    newest = since(ground.cursor.get("newest"))
    start = None if is_full or newest is None else (newest - OVERLAP).isoformat()
    waiting = Question.objects.unanswered().filter(store=ground.store)
    oldest = waiting.aggregate(oldest=Min("created_date"))["oldest"] if start else None
    # what waits here may have been answered in the portal meanwhile
    answered = min(start, oldest.isoformat()) if start and oldest else start
    return {"phase": "unanswered", "is_full": start is None, "since": answered, "window": None, "skip": 0}


def advance(ground: Ground, progress: dict[str, Any]) -> Step:
    """Read one page and say what to write."""
    take = min(PAGE, QUESTIONS_WINDOW - progress["skip"])
    answered = progress["phase"] == "answered"
    page = ground.client.questions(
        is_answered=answered, skip=progress["skip"], take=take, date_from=since(progress["window"])
    )
    rows = distinct(page.rows)
    newest = max([*(row.created_at for row in rows), *filter(None, [since(progress.get("newest"))])], default=None)
    edges = [page.rows[0].wb_id, page.rows[-1].wb_id, page.size] if page.rows else None
    following = {**progress, "edges": edges, **({"newest": newest.isoformat()} if newest else {})}
    is_stuck = page.size > STEP_BACK and progress.get("edges") == edges
    after = None if is_stuck else _next_place(following, rows, page.size, take)
    cursor = {"newest": following["newest"]} if after is None and not is_stuck and newest else None
    return Step(
        write=lambda: write(ground.store, rows),
        progress=after,
        cursor=cursor,
        seen=len(rows),
        broken=page.broken,
        problem=_("Wildberries repeats a page") if is_stuck else "",
    )


def _next_place(progress: dict[str, Any], rows: list[payloads.Question], size: int, take: int) -> dict[str, Any] | None:
    if size < take:
        if progress["phase"] == "answered":
            return None
        return {**progress, "phase": "answered", "window": progress["since"], "skip": 0, "edges": None}
    deeper = progress["skip"] + size - STEP_BACK
    if deeper + PAGE <= QUESTIONS_WINDOW:
        return {**progress, "skip": deeper}
    return {**progress, "skip": 0, "window": max(row.created_at for row in rows).isoformat()}


def write(store: Store, rows: list[payloads.Question]) -> list[int]:
    """Merge a page; return the keys of new questions."""
    return merge(store, TARGET, map(_values, rows)).inserted if rows else []


def _values(row: payloads.Question) -> tuple[Any, ...]:
    state = row.state if row.state in QuestionState.values else QuestionState.UNKNOWN.value
    answer = row.answer and {"text": row.answer.text, "editable": row.answer.is_editable}
    product = row.product
    return (
        row.wb_id, row.text, row.created_at, state, row.was_viewed, state == QuestionState.ANSWERED, answer or None,
        product.nm_id, product.name or str(product.nm_id), product.vendor_code, product.brand,
        row.answer.created_at if row.answer else None,
    )  # fmt: skip
