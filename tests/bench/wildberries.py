"""Syncs from Wildberries: merging against a raw COPY (P11), and a first full sync of 50,000 sandbox reviews."""

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

BATCH: Final = int(os.environ.get("BENCH_ROWS", "20000"))
REVIEWS: Final = int(os.environ.get("BENCH_REVIEWS", "50000"))
ROUNDS: Final = 3
MOST_FAILURES, MOST_SECONDS = 3, 600
URLS: Final = ("WB_FEEDBACKS_URL", "WB_CHAT_URL", "WB_CONTENT_URL", "WB_PRICES_URL", "WB_COMMON_URL", "WB_RETURNS_URL")


def run() -> Iterator[tuple[str, str]]:
    """Measure in a process of its own, on a database of its own."""
    root = Path(__file__).parent.parent.parent
    done = subprocess.run(
        [sys.executable, "-m", "tests.bench.wildberries"],
        cwd=root, capture_output=True, text=True, check=True, timeout=900,
    )  # fmt: skip
    for line in done.stdout.splitlines():
        what, tab, figure = line.partition("\t")
        if tab:
            yield what, figure


def main() -> None:
    """Start a sandbox and a database, measure, stop both."""
    from config.runtime.ports import free_port
    from config.runtime.stack import sandbox_answers
    from tests.stack import TEST_SECRETS, ground

    port = free_port()
    for name, value in TEST_SECRETS.items():
        os.environ.setdefault(name, value)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    os.environ.update(dict.fromkeys(URLS, f"http://127.0.0.1:{port}"))
    command = [sys.executable, "-m", "config.wbsandbox", "--port", str(port), "--reviews", str(REVIEWS)]
    sandbox = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    try:
        while not sandbox_answers(port):
            time.sleep(0.1)
        with ground():
            _on_a_database()
    finally:
        sandbox.terminate()
        sandbox.wait()


def _on_a_database() -> None:
    import django

    django.setup()
    from django.test.utils import setup_databases, teardown_databases

    databases = setup_databases(verbosity=0, interactive=False)
    try:
        _first_sync()
        _merging()
    finally:
        teardown_databases(databases, verbosity=0)


def _first_sync() -> None:
    """Sync a shop whole with the real limits; then again, unchanged."""
    import psutil
    from django.utils.timezone import now

    from accounts.models import SyncLog
    from config.wbsandbox.tokens import issue
    from marketplace.models import Review, StoreSync
    from marketplace.services import stores, syncing
    from marketplace.wildberries import calls
    from tests.factories.accounts import TenantFactory

    spent = {"line": 0.0, "Wildberries": 0.0}
    calls.wait_for_turn = _timed(calls.wait_for_turn, spent, "line")
    calls._exchange = _timed(calls._exchange, spent, "Wildberries")
    store = stores.keep_store(TenantFactory(), tokens=stores.read_tokens(issue(), at=now()), at=now())
    sync = StoreSync.objects.get(store=store, entity="review")
    me = psutil.Process()
    for name in ("first full sync", "full sync, nothing changed"):
        spent.update(dict.fromkeys(spent, 0.0))
        StoreSync.objects.filter(pk=sync.pk).update(full_at=None, next_run_at=now(), progress=None)
        began, cpu = time.perf_counter(), sum(me.cpu_times()[:2])
        while StoreSync.objects.filter(pk=sync.pk, full_at=None).exists():
            syncing.run(sync.pk, at=now() + timedelta(seconds=1))
            _must_go_on(sync, seconds=time.perf_counter() - began)
        total = time.perf_counter() - began
        own = total - sum(spent.values())
        count = Review.objects.filter(store=store).count()
        _say(f"{name}, {count} reviews", f"{total:.1f} s")
        _say(
            "  of it: waiting for a turn, Wildberries' own time, ours",
            f"{spent['line']:.1f}, {spent['Wildberries']:.1f}, {own:.1f} s",
        )
        _say("  our processor time", f"{sum(me.cpu_times()[:2]) - cpu:.1f} s")
    peak = next(line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM"))
    _say("peak memory of the syncing process (at most 300 MB)", f"{int(peak.split()[1]) / 1024:.0f} MB")
    assert SyncLog.objects.exists()


def _must_go_on(sync: Any, *, seconds: float) -> None:
    """Give up on a sync that fails again and again, or never ends, and say why."""
    sync.refresh_from_db()
    if sync.failures >= MOST_FAILURES or seconds > MOST_SECONDS:
        sync.store.refresh_from_db()
        message = f"no end after {seconds:.0f} s, {sync.failures} failures: {sync.store.last_review_update_error}"
        raise RuntimeError(message)


def _timed(call: Callable[..., Any], spent: dict[str, float], name: str) -> Callable[..., Any]:
    def timed(*arguments: Any, **named: Any) -> Any:
        began = time.perf_counter()
        try:
            return call(*arguments, **named)
        finally:
            spent[name] += time.perf_counter() - began

    return timed


def _merging() -> None:
    """Merge batches of reviews: half new and half changed; then the same again, unchanged."""
    from django.db import connection, transaction

    from marketplace.models import Review
    from marketplace.sync import reviews
    from tests.factories.marketplace import StoreFactory

    shares: dict[str, list[float]] = {"raw COPY": [], "mixed": [], "unchanged": [], "bulk_create": []}
    for number in range(ROUNDS):
        store = StoreFactory()
        rows = _feedbacks(number, BATCH)
        shares["raw COPY"].append(_raw_copy(rows))
        with transaction.atomic():
            reviews.write(store, rows[::2], is_full=False)
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE reviews")
        changed = [_changed(row) for row in rows]
        for name in ("mixed", "unchanged"):
            began = time.perf_counter()
            with transaction.atomic():
                reviews.write(store, changed, is_full=False)
            shares[name].append(time.perf_counter() - began)
        Review.objects.filter(store=store).exclude(pk__in=Review.objects.filter(store=store)[: BATCH // 2]).delete()
        shares["bulk_create"].append(_bulk_create(store, rows))
        assert Review.objects.filter(store=store).count() == BATCH
    raw = statistics.median(shares["raw COPY"])
    for name, seconds in shares.items():
        _say(f"{BATCH} reviews, {name}", f"{BATCH / statistics.median(seconds):.0f} per second")
    _say("mixed batch / raw COPY (P11: at least 0.12)", f"{raw / statistics.median(shares['mixed']):.2f}")
    _say(
        "mixed batch / bulk_create (P11: at least 1.4)",
        f"{statistics.median(shares['bulk_create']) / statistics.median(shares['mixed']):.1f} times as fast",
    )
    _say("unchanged batch / raw COPY (P11: at least 0.6)", f"{raw / statistics.median(shares['unchanged']):.2f}")


def _feedbacks(round_number: int, count: int) -> list[Any]:
    from config.wbsandbox.catalogue import Catalogue
    from config.wbsandbox.reviews import Reviews
    from marketplace.wildberries import reading

    catalogue = Catalogue("bench", known=[], size=300, opened_at=0)
    made = Reviews(f"bench {round_number}", catalogue, known=[], size=count, anchor=1_790_000_000)
    return [reading.feedback(made.as_json(place, now=1_790_000_000)) for place in range(count)]


def _changed(row: Any) -> Any:
    from dataclasses import replace

    return replace(row, text=f"{row.text} Дополнено.")


def _raw_copy(rows: list[Any]) -> float:
    """COPY the same rows into a table with a primary key and nothing else."""
    from django.db import connection
    from psycopg.types.json import Jsonb

    from marketplace.sync import reviews

    columns = reviews.TARGET.columns
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS bare_reviews")
        kinds = ", ".join(f"{name} {kind}" for name, kind in columns.items())
        cursor.execute(f"CREATE TABLE bare_reviews ({kinds}, PRIMARY KEY (wb_id))")
        began = time.perf_counter()
        with cursor.copy("COPY bare_reviews FROM STDIN") as copy:
            for row in rows:
                values = zip(columns.values(), reviews._values(row), strict=True)
                copy.write_row([Jsonb(v) if kind == "jsonb" and v is not None else v for kind, v in values])
        return time.perf_counter() - began


def _bulk_create(store: Any, rows: list[Any]) -> float:
    from marketplace.models import Product, Review

    products = dict(Product.objects.filter(store=store).values_list("wb_product_id", "pk"))
    names = ["rating", "text", "pros", "cons", "author", "date", "answer", "photo_links", "video", "wb_api_data"]
    began = time.perf_counter()
    Review.objects.bulk_create(
        [
            Review(
                tenant_id=store.tenant_id, store=store, product_id=products[row.product.nm_id], wb_id=row.wb_id,
                rating=row.rating, text=row.text, pros=row.pros, cons=row.cons, author=row.author,
                date=row.created_at, answer=row.answer and {"text": row.answer.text}, photo_links=row.photos,
                video=row.video, wb_api_data=row.raw,
            )
            for row in rows
        ],
        batch_size=1000, update_conflicts=True, unique_fields=["store", "wb_id", "tenant"], update_fields=names,
    )  # fmt: skip
    return time.perf_counter() - began


def _say(what: str, figure: str) -> None:
    print(f"{what}\t{figure}", flush=True)


if __name__ == "__main__":
    main()
