"""Celery tasks of billing: envelopes round one service call."""

from typing import Any

from celery import shared_task
from django.utils.timezone import now


@shared_task(acks_late=True, ignore_result=True)
def expire_holds(**_: Any) -> None:
    """Give back what was reserved for work that never ended."""
    from billing import services  # noqa: PLC0415 -- leaf

    services.expire_holds(at=now())


@shared_task(acks_late=True, ignore_result=True)
def settle_payments(**_: Any) -> None:
    """Settle payments whose person never came back, and refunds whose outcome is open."""
    from billing import services  # noqa: PLC0415 -- leaf

    services.settle_open(at=now())
    services.settle_refunds(at=now())


@shared_task(acks_late=True, ignore_result=True)
def pay_rewards(**_: Any) -> None:
    """Pay referral rewards whose hold is over."""
    from billing import services  # noqa: PLC0415 -- leaf

    services.pay_rewards(at=now())


@shared_task(acks_late=True, ignore_result=True)
def prove_ledger(**_: Any) -> None:
    """Prove every night that balances are the sums of their entries."""
    from billing import services  # noqa: PLC0415 -- leaf

    services.prove(at=now())


@shared_task(acks_late=True, ignore_result=True)
def tell_owners(**_: Any) -> None:
    """Write to owners whose balance or limit has crossed a line."""
    from billing import services  # noqa: PLC0415 -- leaf

    services.tell_owners(at=now())


@shared_task(acks_late=True, ignore_result=True)
def watch_runway(**_: Any) -> None:
    """Look who runs out of money soon."""
    from billing import services  # noqa: PLC0415 -- leaf

    services.watch_runway(at=now())
