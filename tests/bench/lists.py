"""Deep pages by cursor against OFFSET, and repeated upserts with and without a guard, on 200,000 reviews."""

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

ROWS: Final = 200_000
DEEP: Final = 150_000
PAGE: Final = 50
BATCH: Final = 5_000
REPEATS: Final = 7
START: Final = datetime(2026, 1, 1, tzinfo=UTC)
GUARDED: Final = ("text", "rating", "author")


def run() -> Iterator[tuple[str, str]]:
    """Measure in a process of its own, on a database of its own."""
    root = Path(__file__).parent.parent.parent
    done = subprocess.run(
        [sys.executable, "-m", "tests.bench.lists"], cwd=root, capture_output=True, text=True, check=True, timeout=600
    )
    for line in done.stdout.splitlines():
        what, tab, figure = line.partition("\t")
        if tab:
            yield what, figure


def main() -> None:
    """Make the database, fill it, measure and drop it."""
    from tests.stack import TEST_SECRETS, ground

    for name, value in TEST_SECRETS.items():
        os.environ.setdefault(name, value)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    with ground():
        import django

        django.setup()
        from django.test.utils import setup_databases, teardown_databases

        databases = setup_databases(verbosity=0, interactive=False)
        try:
            _measure()
        finally:
            teardown_databases(databases, verbosity=0)


def _measure() -> None:
    store = _fill()
    pages = _pages(store)
    milliseconds = {name: _median(read) for name, read in pages.items()}
    for name, figure in milliseconds.items():
        _say(f"page of {PAGE}, {name}", f"{figure:.2f} ms")
    _say("deep page: OFFSET / cursor", f"{milliseconds['deep by OFFSET'] / milliseconds['deep by cursor']:.0f} times")
    _say(
        "deep page / first page, both by cursor", f"{milliseconds['deep by cursor'] / milliseconds['first']:.1f} times"
    )
    plain, guarded = _upsert(store, is_guarded=False), _upsert(store, is_guarded=True)
    for name, (seconds, written) in {"plain": plain, "guarded": guarded}.items():
        _say(f"upsert of {BATCH} unchanged rows, {name}", f"{seconds * 1000:.0f} ms, {written / 1024:.0f} KiB of WAL")
    _say("unchanged upsert: plain / guarded, time", f"{plain[0] / guarded[0]:.1f} times")
    _say("unchanged upsert: plain / guarded, WAL", f"{plain[1] / max(guarded[1], 1):.0f} times")


def _fill() -> Any:
    """COPY ROWS reviews of one product and as many as a tenth of another store's."""
    from django.db import connection

    from tests.factories.marketplace import ProductFactory

    ours, theirs = ProductFactory(), ProductFactory()
    began = time.perf_counter()
    columns = (
        "uuid, tenant_id, store_id, product_id, wb_id, rating, text, pros, cons, author, date, draft_reply, "
        "is_product_active, has_complaint, has_complaint_draft, complaint_status, review_status_wb, "
        "product_status_by_review, chat_status_by_review"
    )
    with connection.cursor() as cursor, cursor.copy(f"COPY reviews ({columns}) FROM STDIN") as copy:
        for product, count in ((ours, ROWS), (theirs, ROWS // 10)):
            for number in range(count):
                copy.write_row(_review(product, number))
    _say(f"COPY of {ROWS + ROWS // 10} reviews, triggers and indexes included", f"{time.perf_counter() - began:.1f} s")
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE reviews")
    return ours.store


def _review(product: Any, number: int) -> tuple[Any, ...]:
    from config.db import new_uuid

    words = f"Отзыв номер {number}: размер подошёл, цвет как на фото, доставили за {number % 9 + 1} дн."
    return (
        new_uuid(), product.tenant_id, product.store_id, product.pk, f"w{number:019d}", number % 5 + 1, words, "", "",
        f"Покупатель {number % 997}", START + timedelta(seconds=37 * number), "", True, False, False, "not_sent",
        "visible", "purchased", "unknown",
    )  # fmt: skip


def _pages(store: Any) -> dict[str, Callable[[], Any]]:
    from marketplace.models import Review

    reviews = Review.objects.filter(tenant=store.tenant_id, store=store).order_by("-date", "-id")
    there = reviews[DEEP]
    after = reviews.filter(date__lt=there.date)
    return {
        "first": lambda: list(reviews[:PAGE]),
        "deep by cursor": lambda: list(after[:PAGE]),
        "deep by OFFSET": lambda: list(reviews[DEEP + 1 : DEEP + 1 + PAGE]),
    }


def _upsert(store: Any, *, is_guarded: bool) -> tuple[float, int]:
    """Send BATCH rows that are there already; return seconds and bytes of WAL."""
    from django.db import connection

    same = "(" + ", ".join(f"reviews.{name}" for name in GUARDED) + ")"
    new = "(" + ", ".join(f"excluded.{name}" for name in GUARDED) + ")"
    guard = f"WHERE {same} IS DISTINCT FROM {new}" if is_guarded else ""
    columns = (
        "uuid, tenant_id, store_id, product_id, wb_id, rating, text, pros, cons, author, date, draft_reply, "
        "is_product_active, has_complaint, has_complaint_draft, complaint_status, review_status_wb, "
        "product_status_by_review, chat_status_by_review"
    )
    statement = (
        f"INSERT INTO reviews ({columns}) SELECT gen_random_uuid(), {columns.partition(', ')[2]} FROM reviews "
        f"WHERE store_id = %s ORDER BY date LIMIT {BATCH} ON CONFLICT (store_id, wb_id, tenant_id) "
        f"DO UPDATE SET {', '.join(f'{name} = excluded.{name}' for name in GUARDED)} {guard}"
    )
    with connection.cursor() as cursor:
        cursor.execute("CHECKPOINT")
        before = _wal(cursor)
        began = time.perf_counter()
        cursor.execute(statement, [store.pk])
        return time.perf_counter() - began, _wal(cursor) - before


def _wal(cursor: Any) -> int:
    cursor.execute("SELECT (pg_current_wal_insert_lsn() - '0/0')::bigint")
    return int(cursor.fetchone()[0])


def _median(read: Callable[[], Any]) -> float:
    def once() -> float:
        began = time.perf_counter()
        assert len(read()) == PAGE
        return (time.perf_counter() - began) * 1000

    once()
    return statistics.median(once() for _ in range(REPEATS))


def _say(what: str, figure: str) -> None:
    print(f"{what}\t{figure}", flush=True)


if __name__ == "__main__":
    main()
