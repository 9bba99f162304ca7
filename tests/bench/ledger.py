"""16 threads charge one balance, then one each: charge() against the same two statements in plain SQL."""

import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

THREADS: Final = 16
EACH: Final = 100
ROUNDS: Final = 3
NOON: Final = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
PAY: Final = "UPDATE balances SET balance = balance - 1 WHERE tenant_id = %s AND balance - held >= 1 RETURNING balance"
ENTER: Final = """
INSERT INTO balance_transactions
  (uuid, tenant_id, key, transaction_type, amount, balance_before, balance_after, description, created_at)
VALUES (gen_random_uuid(), %s, %s, 'ai_message', -1, %s, %s, '', now())
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """What one way of paying reached."""

    per_second: float
    p99: float


def run() -> Iterator[tuple[str, str]]:
    """Measure in a process of its own, on a database of its own."""
    root = Path(__file__).parent.parent.parent
    environment = {**os.environ, "DATABASE_POOL_SIZE": "0"}
    command = [sys.executable, "-m", "tests.bench.ledger"]
    done = subprocess.run(command, cwd=root, env=environment, capture_output=True, text=True, check=True, timeout=600)
    for line in done.stdout.splitlines():
        what, tab, figure = line.partition("\t")
        if tab:
            yield what, figure


def main() -> None:
    """Make the database, measure and drop it."""
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
    from billing.reports import reconcile

    ways: dict[str, Callable[[Any, str], object]] = {
        "plain SQL": _plain,
        "charge()": _charge,
        "hold + capture": _reserve,
    }
    for where, balances in (("one balance", 1), ("a balance each", THREADS)):
        best: dict[str, Measured] = {}
        for number in range(ROUNDS):  # in turn, so that a busy machine disturbs all of them alike
            for name, way in ways.items():
                measured = _race(way, prefix=f"{name}:{balances}:{number}", balances=balances)
                best[name] = max(best.get(name, measured), measured, key=lambda found: found.per_second)
        for name, measured in best.items():
            _say(f"{name}, {where}, {THREADS} threads", f"{measured.per_second:.0f}/s, p99 {measured.p99:.0f} ms")
        floor = best["plain SQL"]
        for name in ("charge()", "hold + capture"):
            longer, later = floor.per_second / best[name].per_second, best[name].p99 / floor.p99
            _say(f"{name} / plain SQL, {where}", f"{longer:.2f} times as long, p99 {later:.2f}")
    _say("wrong balances afterwards, of those that services charged", str(_wrong(reconcile(at=NOON))))


def _race(way: Callable[[Any, str], object], *, prefix: str, balances: int) -> Measured:
    from django.db import connection

    from tests.factories.billing import BalanceFactory

    tenants = [BalanceFactory(balance=10_000_000).tenant for _ in range(balances)]
    gate = threading.Barrier(THREADS + 1)

    def rival(number: int) -> list[float]:
        connection.ensure_connection()
        gate.wait()
        times = []
        for step in range(EACH):
            began = time.perf_counter()
            way(tenants[number % balances], f"{prefix}:{number}:{step}")
            times.append(time.perf_counter() - began)
        connection.close()
        return times

    with ThreadPoolExecutor(THREADS) as pool:
        running = [pool.submit(rival, number) for number in range(THREADS)]
        gate.wait()
        began = time.perf_counter()
        times = sorted(spent for rivals in running for spent in rivals.result())
        seconds = time.perf_counter() - began
    return Measured(per_second=len(times) / seconds, p99=times[int(len(times) * 0.99)] * 1000)


def _plain(tenant: Any, key: str) -> None:
    from django.db import connection, transaction

    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(PAY, [tenant.pk])
        (after,) = cursor.fetchone()
        cursor.execute(ENTER, [tenant.pk, key, after + 1, after])


def _charge(tenant: Any, key: str) -> None:
    from billing import services
    from billing.enums import ServiceType

    services.charge(tenant, service=ServiceType.AI_MESSAGE, key=key, at=NOON, amount=Decimal(1))


def _reserve(tenant: Any, key: str) -> None:
    from billing import services
    from billing.enums import ServiceType

    hold = services.hold(tenant, service=ServiceType.AI_MESSAGE, key=key, at=NOON, amount=Decimal(1))
    services.capture(hold, at=NOON)


def _wrong(report: Any) -> int:
    """Return how many balances or reservations are wrong; plain SQL leaves only its totals behind."""
    return sum(found.what in {"balance", "held"} or found.what.startswith("entry") for found in report.discrepancies)


def _say(what: str, figure: str) -> None:
    print(f"{what}\t{figure}", flush=True)


if __name__ == "__main__":
    main()
