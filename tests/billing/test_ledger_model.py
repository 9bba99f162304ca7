"""The ledger against a few lines of arithmetic that cannot be wrong: random verbs, equal money after each."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, invariant, rule, run_state_machine_as_test

from billing import services
from billing.enums import ServiceType, TransactionType
from billing.errors import CaptureTooLarge, HoldEnded, InsufficientFunds, KeyReused, RefundTooLarge
from billing.models import Balance, BalanceHold, BalanceTransaction
from billing.reports import reconcile
from tests.factories.accounts import TenantFactory
from tests.factories.billing import NOON

sums = st.decimals(min_value="0.000001", max_value=100, places=6)
keys = st.sampled_from("abcdefgh")


class LedgerMachine(RuleBasedStateMachine):
    """One tenant; ``self.balance`` and ``self.held`` are what it must have."""

    holds: Bundle[str] = Bundle("holds")
    charges: Bundle[str] = Bundle("charges")

    def __init__(self):
        super().__init__()
        self.atomic = transaction.atomic()
        self.atomic.__enter__()
        self.tenant = TenantFactory()
        Balance.objects.open(self.tenant)
        self.balance = self.held = Decimal(0)
        self.entries = {}  # key: (amount, type)
        self.reserved = {}  # key: [amount, state, captured]
        self.refunded = {}
        self.count = 0

    def teardown(self):
        assert reconcile(at=NOON, tenants=[self.tenant.pk]).is_clean
        transaction.set_rollback(True)
        self.atomic.__exit__(None, None, None)

    def enter(self, key, amount, kind):
        """Return the exception that a movement must raise; book it when there is none and the key is new."""
        if key in self.entries:
            return None if self.entries[key] == (amount, kind) else KeyReused
        if self.balance + amount < self.held:
            return InsufficientFunds
        self.entries[key] = (amount, kind)
        self.balance += amount
        return None

    @rule(amount=sums, key=keys)
    def top_up(self, amount, key):
        expect(
            self.enter(f"t{key}", amount, "topup"),
            lambda: services.top_up(self.tenant, amount=amount, key=f"t{key}", at=NOON),
        )

    @rule(amount=sums, key=keys)
    def deduct(self, amount, key):
        expect(
            self.enter(f"t{key}", -amount, "adjustment"),
            lambda: services.deduct(self.tenant, amount=amount, key=f"t{key}", at=NOON, description="fix"),
        )

    @rule(target=charges, amount=sums, key=keys)
    def charge(self, amount, key):
        refusal = self.enter(f"c{key}", -amount, "ai_message")
        expect(
            refusal,
            lambda: services.charge(self.tenant, service=ServiceType.AI_MESSAGE, key=f"c{key}", at=NOON, amount=amount),
        )
        return f"c{key}"

    @rule(charge=charges, amount=sums)
    def refund(self, charge, amount):
        if charge not in self.entries:
            return
        left = -self.entries[charge][0] - self.refunded.get(charge, 0)
        refusal = RefundTooLarge if amount > left else None
        self.count += 1
        key = f"r{self.count}"
        entry = BalanceTransaction.objects.get(tenant=self.tenant, key=charge)
        expect(refusal, lambda: services.refund(entry, amount=amount, key=key, at=NOON))
        if refusal is None:
            self.refunded[charge] = self.refunded.get(charge, 0) + amount
            self.enter(key, amount, "refund")

    @rule(target=holds, amount=sums, key=keys)
    def hold(self, amount, key):
        known = self.reserved.get(key)
        if known:
            refusal = None if known[0] == amount else KeyReused
        else:
            refusal = InsufficientFunds if self.balance - self.held < amount else None
        expect(
            refusal,
            lambda: services.hold(self.tenant, service=ServiceType.BOT_MESSAGE, key=key, at=NOON, amount=amount),
        )
        if not known and refusal is None:
            self.reserved[key] = [amount, "pending", None]
            self.held += amount
        return key

    @rule(key=holds, share=st.sampled_from(["0.5", "1", "1.5"]))
    def capture(self, key, share):
        if key not in self.reserved:
            return
        amount, state, captured = self.reserved[key]
        wanted = max(round(amount * Decimal(share), 6), Decimal("0.000001"))
        refusal = None
        if wanted > amount:
            refusal = CaptureTooLarge
        elif state == "captured":
            refusal = None if captured == wanted else KeyReused
        elif state != "pending":
            refusal = HoldEnded
        hold = BalanceHold.objects.get(tenant=self.tenant, key=key)
        expect(refusal, lambda: services.capture(hold, at=NOON, amount=wanted))
        if refusal is None and state == "pending":
            self.reserved[key] = [amount, "captured", wanted]
            self.held -= amount
            self.balance -= wanted

    @rule(key=consumes(holds))
    def release(self, key):
        if key not in self.reserved:
            return
        services.release(BalanceHold.objects.get(tenant=self.tenant, key=key), at=NOON)
        self.give_back([key], "released")

    @rule(late=st.booleans())
    def expire(self, late):
        services.expire_holds(at=NOON + timedelta(hours=1 if late else 0))
        if late:
            self.give_back(list(self.reserved), "expired")

    def give_back(self, keys_of_holds, state):
        for key in keys_of_holds:
            if self.reserved[key][1] == "pending":
                self.held -= self.reserved[key][0]
                self.reserved[key][1] = state

    @invariant()
    def the_money_is_equal(self):
        row = Balance.objects.get(tenant=self.tenant)
        assert (row.balance, row.held) == (self.balance, self.held)
        assert row.balance >= row.held >= 0

    @invariant()
    def no_entry_is_lost_or_doubled(self):
        captured = sum(state == "captured" for _, state, _ in self.reserved.values())
        entries = BalanceTransaction.objects.of(self.tenant)
        assert entries.count() == len(self.entries) + captured
        assert entries.filter(transaction_type=TransactionType.BOT_MESSAGE).count() == captured


def expect(refusal, verb):
    """Call ``verb``: it must raise ``refusal``, or nothing."""
    if refusal is None:
        verb()
        return
    with pytest.raises(refusal):
        verb()


@pytest.mark.django_db
def test_the_ledger_agrees_with_arithmetic():
    run_state_machine_as_test(
        LedgerMachine,
        settings=settings(
            max_examples=25,
            stateful_step_count=30,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            database=None,
            derandomize=True,
        ),
    )
