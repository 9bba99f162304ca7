"""What the browser extension read in the seller's portal, merged into reviews and complaints.

A chunk is one transaction: its rows go by COPY into a temporary table and are
matched, compared and written by a handful of statements. Every row that was
not applied is kept with the reason. The repeat of a chunk gets the report of
the first one.
"""

import hashlib
import json
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.db import connection, transaction

from accounts.models import ApiKey
from marketplace.complaint_enums import RowProblem
from marketplace.enums import ComplaintStatus
from marketplace.errors import UploadDiffers, UploadTooLarge
from marketplace.models import Chat, ExtensionUpload, ExtensionUploadProblem, Review, Store
from marketplace.models.extension import MAX_ROWS
from marketplace.services import linking
from marketplace.services.parsed_rows import Unreadable, values

COLUMNS: Final = (
    ("number", "integer"),
    ("wb_id", "text"),
    ("nm_id", "bigint"),
    ("rating", "smallint"),
    ("date_from", "timestamptz"),
    ("date_to", "timestamptz"),
    ("author", "text"),
    ("words", "text"),
    ("review_status_wb", "text"),
    ("product_status_by_review", "text"),
    ("chat_status_by_review", "text"),
    ("complaint_status", "text"),
    ("wb_response", "text"),
    ("moderated_at", "timestamptz"),
    ("page_number", "integer"),
    ("purchase_date", "timestamptz"),
    ("chat", "text"),
    ("parsed_at", "timestamptz"),
)
CREATE: Final = f"""
CREATE TEMPORARY TABLE parsed (
  {", ".join(f"{name} {kind}" for name, kind in COLUMNS)}, review_id bigint, matches integer NOT NULL DEFAULT 0
) ON COMMIT DROP
"""
MATCH_BY_ID: Final = """
UPDATE parsed p SET review_id = r.id, matches = 1
  FROM reviews r
 WHERE p.wb_id IS NOT NULL AND r.store_id = %(store)s AND r.tenant_id = %(tenant)s AND r.wb_id = p.wb_id
"""
MATCH_BY_FINGERPRINT: Final = """
UPDATE parsed p SET review_id = m.id, matches = m.matches
  FROM (
    SELECT p.number, min(r.id) AS id, count(*) AS matches
      FROM parsed p
      JOIN products d ON d.store_id = %(store)s AND d.tenant_id = %(tenant)s AND d.wb_product_id = p.nm_id
      JOIN reviews r ON r.product_id = d.id AND r.date >= p.date_from AND r.date < p.date_to AND r.rating = p.rating
     WHERE p.wb_id IS NULL
       AND (p.author IS NULL OR lower(btrim(r.author)) = p.author)
       AND (p.words IS NULL
            OR left(btrim(regexp_replace(lower(r.text), '\\s+', ' ', 'g')), length(p.words)) = p.words
               AND (p.words <> '' OR btrim(r.text) = ''))
     GROUP BY p.number
  ) m
 WHERE m.number = p.number
"""
LOCK: Final = """
SELECT r.id FROM reviews r WHERE r.id IN (SELECT review_id FROM parsed WHERE matches = 1) ORDER BY r.id FOR UPDATE
"""
UNMATCHED: Final = """
SELECT number, matches FROM parsed WHERE matches <> 1 ORDER BY number
"""
REPEATED: Final = """
WITH ranked AS (
  SELECT number, row_number() OVER (PARTITION BY review_id ORDER BY parsed_at DESC, number DESC) AS place
    FROM parsed WHERE matches = 1
)
DELETE FROM parsed p USING ranked d WHERE p.number = d.number AND d.place > 1 RETURNING p.number
"""
STALE: Final = """
DELETE FROM parsed p USING reviews r WHERE r.id = p.review_id AND p.matches = 1 AND r.parsed_at > p.parsed_at
RETURNING p.number
"""
NEWS: Final = """
  (coalesce(p.review_status_wb, r.review_status_wb), coalesce(p.product_status_by_review, r.product_status_by_review),
   coalesce(p.chat_status_by_review, r.chat_status_by_review), coalesce(p.page_number, r.page_number),
   coalesce(p.purchase_date, r.purchase_date))
  IS DISTINCT FROM
  (r.review_status_wb, r.product_status_by_review, r.chat_status_by_review, r.page_number, r.purchase_date)
"""
CHANGED: Final = f"""
SELECT p.number FROM parsed p JOIN reviews r ON r.id = p.review_id WHERE p.matches = 1 AND {NEWS}
"""  # noqa: S608 -- only constants of this module
UPDATE: Final = f"""
UPDATE reviews r SET
  review_status_wb = coalesce(p.review_status_wb, r.review_status_wb),
  product_status_by_review = coalesce(p.product_status_by_review, r.product_status_by_review),
  chat_status_by_review = coalesce(p.chat_status_by_review, r.chat_status_by_review),
  page_number = coalesce(p.page_number, r.page_number),
  purchase_date = coalesce(p.purchase_date, r.purchase_date),
  parsed_at = p.parsed_at
FROM parsed p
WHERE r.id = p.review_id AND p.matches = 1 AND (r.parsed_at IS DISTINCT FROM p.parsed_at OR {NEWS})
"""  # noqa: S608 -- only constants of this module
OUTCOME_PROBLEMS: Final = """
SELECT p.number, coalesce(c.status, 'none') FROM parsed p LEFT JOIN review_complaints c ON c.review_id = p.review_id
 WHERE p.matches = 1 AND p.complaint_status IS NOT NULL
   AND (c.id IS NULL OR c.status = 'draft' OR (c.status IN ('approved', 'rejected') AND c.status <> p.complaint_status))
 ORDER BY p.number
"""
OUTCOMES: Final = """
UPDATE review_complaints c SET
  status = p.complaint_status,
  moderated_at = CASE WHEN p.complaint_status = 'pending' THEN NULL ELSE coalesce(p.moderated_at, p.parsed_at) END,
  wb_response = CASE WHEN p.complaint_status = 'pending' THEN c.wb_response ELSE p.wb_response END
FROM parsed p
WHERE c.review_id = p.review_id AND p.matches = 1 AND p.complaint_status IS NOT NULL
  AND c.status IN ('sent', 'pending') AND c.status <> p.complaint_status
RETURNING p.number
"""
CHATS: Final = """
SELECT p.number, p.review_id, c.id FROM parsed p
  LEFT JOIN chats c ON c.store_id = %(store)s AND c.tenant_id = %(tenant)s AND c.wb_id = p.chat
 WHERE p.matches = 1 AND p.chat IS NOT NULL ORDER BY p.number
"""


@dataclass(frozen=True, slots=True)
class Problem:
    """A row that was not applied, or not wholly."""

    number: int
    kind: RowProblem
    detail: str = ""


def upload(
    store: Store, *, batch: str, chunk: int, rows: Sequence[Any], key: ApiKey | None, at: datetime
) -> tuple[ExtensionUpload, bool]:
    """Merge one chunk of parsed rows; return its report and whether it was merged just now.

    Raises:
        UploadTooLarge: more rows than a chunk may have.
        UploadDiffers: this chunk of this batch was uploaded before with other rows.
    """
    if len(rows) > MAX_ROWS:
        raise UploadTooLarge(rows=len(rows), limit=MAX_ROWS)
    digest = hashlib.sha256(json.dumps(rows, sort_keys=True, ensure_ascii=False).encode()).hexdigest()
    started = time.monotonic()
    with transaction.atomic():
        report, is_new = ExtensionUpload.objects.get_or_create(
            store=store,
            tenant_id=store.tenant_id,
            batch=batch,
            chunk=chunk,
            defaults={"api_key": key, "body_hash": digest, "total": len(rows)},
        )
        if not is_new:
            if report.body_hash != digest:
                raise UploadDiffers(batch=batch, chunk=chunk)
            return report, False
        readable, problems = _read(rows, at=at)
        changed = _merge(store, readable, problems, at=at)
        _keep(report, rows, problems)
        with_problems = len({problem.number for problem in problems})
        report.changed, report.with_problems = len(changed), with_problems
        report.unchanged = len(rows) - len(changed | {problem.number for problem in problems})
        report.duration_ms = int((time.monotonic() - started) * 1000)
        report.save(update_fields=["changed", "unchanged", "with_problems", "duration_ms"])
    return report, True


def _read(rows: Sequence[Any], *, at: datetime) -> tuple[list[tuple[Any, ...]], list[Problem]]:
    readable, problems = [], []
    for number, raw in enumerate(rows, start=1):
        try:
            readable.append((number, *values(raw, at=at)))
        except Unreadable as error:
            problems.append(Problem(number, RowProblem.INVALID, str(error)))
    return readable, problems


def _merge(store: Store, readable: list[tuple[Any, ...]], problems: list[Problem], *, at: datetime) -> set[int]:
    """Write what can be written, add what cannot be to ``problems``; return the rows that changed something."""
    scope = {"store": store.pk, "tenant": store.tenant_id}
    with connection.cursor() as cursor:
        cursor.execute(CREATE)
        with cursor.copy(f"COPY parsed ({', '.join(name for name, _ in COLUMNS)}) FROM STDIN") as copy:
            for row in readable:
                copy.write_row(row)
        cursor.execute("ANALYZE parsed")
        cursor.execute(MATCH_BY_ID, scope)
        cursor.execute(MATCH_BY_FINGERPRINT, scope)
        cursor.execute(LOCK)
        cursor.execute(UNMATCHED)
        for number, matches in cursor.fetchall():
            kind = RowProblem.AMBIGUOUS if matches else RowProblem.UNKNOWN
            problems.append(Problem(number, kind, str(matches) if matches else ""))
        for statement, kind in ((REPEATED, RowProblem.REPEATED), (STALE, RowProblem.STALE)):
            cursor.execute(statement)
            problems += [Problem(number, kind) for (number,) in cursor.fetchall()]
        cursor.execute(CHANGED)
        changed = {number for (number,) in cursor.fetchall()}
        cursor.execute(UPDATE)
        cursor.execute(OUTCOME_PROBLEMS)
        problems += [Problem(number, _outcome_problem(status), status) for number, status in cursor.fetchall()]
        cursor.execute(OUTCOMES)
        changed |= {number for (number,) in cursor.fetchall()}
        cursor.execute(CHATS, scope)
        pairs = cursor.fetchall()
        cursor.execute("DROP TABLE parsed")
    return changed | _link(pairs, problems, at=at)


def _link(pairs: list[tuple[int, int, int | None]], problems: list[Problem], *, at: datetime) -> set[int]:
    """Link chats with the reviews the portal shows them at; return the rows that linked something."""
    chats = Chat.objects.in_bulk([chat for _, _, chat in pairs if chat])
    reviews = Review.objects.in_bulk([review for _, review, chat in pairs if chat])
    linked = set()
    for number, review, chat in pairs:
        if chat is None:
            problems.append(Problem(number, RowProblem.UNKNOWN, "chat"))
        elif linking.take_from_portal(chats[chat], reviews[review], at=at):
            linked.add(number)
    return linked


def _outcome_problem(status: str) -> RowProblem:
    if status == "none":
        return RowProblem.NO_COMPLAINT
    return RowProblem.NOT_SENT if status == ComplaintStatus.DRAFT else RowProblem.CONTRADICTS


def _keep(report: ExtensionUpload, rows: Sequence[Any], problems: list[Problem]) -> None:
    ExtensionUploadProblem.objects.bulk_create(
        (
            ExtensionUploadProblem(
                tenant_id=report.tenant_id,
                upload=report,
                row=problem.number,
                problem=problem.kind,
                detail=problem.detail[:500],
                payload=rows[problem.number - 1],
            )
            for problem in sorted(problems, key=lambda problem: problem.number)
        ),
        batch_size=1_000,
    )
