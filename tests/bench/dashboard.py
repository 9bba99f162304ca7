"""Pages of a shop with a million dialogs, messages and entries against those of a shop with one of each.

``rows=200000`` makes fewer. The two shops are asked in turn, so that a busy
machine is busy for both.
"""

import time
from collections.abc import Callable, Iterator
from typing import Any, Final

from tests.bench.generated import apart, execute, own_database, p, say, size

ROWS: Final = 1_000_000
ROUNDS: Final = 20
GOAL: Final = 1.5
PAGES: Final = (
    ("home", "/"),
    ("dialogs", "/dialogs/"),
    ("balance", "/balance/"),
    ("tickets", "/tickets/"),
    ("knowledge", "/knowledge/"),
    ("API dialogs", "/api/v1/dialogs/"),
    ("API transactions", "/api/v1/transactions/"),
    ("API tickets", "/api/v1/tickets/"),
)


def run() -> Iterator[tuple[str, str]]:
    """Measure in a process of its own, on a database of its own."""
    yield from apart("dashboard")


def main() -> None:
    """Make the database, fill it, measure and drop it."""
    with own_database():
        from django.test.utils import override_settings

        rows = size("rows", ROWS)
        small, large = _shop(), _shop()
        began = time.perf_counter()
        for tenant in (small, large):
            _furnish(tenant, rows if tenant is large else 1)
        execute("SET statement_timeout = 0", "VACUUM ANALYZE dialogs, dialog_messages, balance_transactions, contacts")
        say(f"{rows} dialogs, messages and entries written in", f"{time.perf_counter() - began:.0f} s")
        with override_settings(API_RATE="1000000/minute", ALLOWED_HOSTS=["*"]):
            for name, path in PAGES:
                _compare(name, path, small, large)


def _shop() -> Any:
    from tests.factories.billing import BalanceFactory

    return BalanceFactory(balance=1_000_000).tenant


def _furnish(tenant: Any, rows: int) -> None:
    """Clone one row of each kind in the database itself."""
    from billing.models import BalanceTransaction
    from tests.factories.dialogs import DialogFactory, MessageFactory

    dialog = DialogFactory(tenant=tenant)
    message = MessageFactory(dialog=dialog)
    when = "now() - n * interval '20 seconds'"
    series = f"generate_series(1, {rows - 1}) AS n"
    execute("SET statement_timeout = 0")
    _clone(dialog, series, uuid="gen_random_uuid()", session_id="'s' || n", created_at=when, last_message_at=when)
    dialogs = f"(SELECT id AS d, row_number() OVER (ORDER BY id) AS n FROM dialogs WHERE tenant_id = {tenant.pk} "
    dialogs += f"AND id <> {dialog.pk}) AS s"
    _clone(message, dialogs, uuid="gen_random_uuid()", dialog_id="d", seq="1", created_at=when)
    entry = BalanceTransaction.objects.create(
        tenant=tenant, key="0", transaction_type="ai_message", amount=-1, balance_before=2_000_000,
        balance_after=1_999_999,
    )  # fmt: skip
    _clone(
        entry, series, uuid="gen_random_uuid()", key="n::text", created_at=when,
        balance_before="2000000 - n", balance_after="1999999 - n",
    )  # fmt: skip


def _clone(row: Any, source: str, **expressions: str) -> None:
    from django.db.models import GeneratedField

    fields = [f for f in row._meta.concrete_fields if not f.primary_key and not isinstance(f, GeneratedField)]
    columns = [field.column for field in fields]
    values = [expressions.get(column, f"t.{column}") for column in columns]
    table = row._meta.db_table
    execute(
        f"INSERT INTO {table} ({', '.join(columns)}) SELECT {', '.join(values)} "
        f"FROM {table} AS t CROSS JOIN {source} WHERE t.id = {row.pk}"
    )


def _compare(name: str, path: str, small: Any, large: Any) -> None:
    browsers = [_browser(tenant) for tenant in (small, large)]
    counts = [_queries(browser, path) for browser in browsers]
    times: list[list[float]] = [[], []]
    for _ in range(ROUNDS):
        for browser, taken in zip(browsers, times, strict=True):
            taken.append(_milliseconds(lambda browser=browser: browser.get(path)))
    little, much = (p(taken, 95) for taken in times)
    ratio = much / little
    words = f"{ratio:.2f} times ({little:.0f} → {much:.0f} ms), {counts[0]} → {counts[1]} queries"
    say(f"{name}, p95 of many against few", words if ratio <= GOAL else f"{words}  MISSES {GOAL}")


def _browser(tenant: Any) -> Any:
    from django.test import Client

    browser = Client()
    browser.force_login(tenant.owner)
    return browser


def _queries(browser: Any, path: str) -> int:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    assert browser.get(path).status_code == 200, path
    with CaptureQueriesContext(connection) as caught:
        browser.get(path)
    return len(caught)


def _milliseconds(once: Callable[[], Any]) -> float:
    began = time.perf_counter()
    once()
    return (time.perf_counter() - began) * 1000


if __name__ == "__main__":
    main()
