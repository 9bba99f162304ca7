"""What the database refuses of money, through plain SQL."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError

from billing import services
from billing.enums import ServiceType
from billing.models import Balance, BalanceTransaction, PromoCodeUsage, Referral, ServicePrice
from tests.factories.accounts import TenantFactory
from tests.factories.billing import NOON, BalanceFactory, PaymentFactory, PromoCodeFactory
from tests.sql import execute as sql
from tests.sql import rows

pytestmark = pytest.mark.django_db

ENTER = """
INSERT INTO balance_transactions
  (uuid, tenant_id, key, transaction_type, amount, balance_before, balance_after, description, refund_of_id)
VALUES (gen_random_uuid(), %s, %s, %s, %s, %s, %s, '', %s)
"""


@pytest.fixture
def tenant():
    return BalanceFactory(balance=100).tenant


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE balance_transactions SET amount = 1, balance_after = 1",
        "UPDATE balance_transactions SET description = 'nothing happened'",
        "DELETE FROM balance_transactions",
        "TRUNCATE balance_transactions CASCADE",
    ],
)
def test_the_ledger_is_append_only(tenant, statement):
    before = rows("SELECT * FROM balance_transactions")

    with pytest.raises(IntegrityError, match="never changed or deleted"):
        sql(statement)

    assert rows("SELECT * FROM balance_transactions") == before


@pytest.mark.parametrize(
    ("entry", "constraint"),
    [
        (("k", "topup", 0, 100, 100, None), "ck_balance_transactions_amount"),
        (("k", "topup", 5, 100, 104, None), "ck_balance_transactions_amount"),
        (("k", "adjustment", -101, 100, -1, None), "ck_balance_transactions_amount"),
        (("k", "topup", -5, 100, 95, None), "ck_balance_transactions_sign"),
        (("k", "ai_message", 5, 100, 105, None), "ck_balance_transactions_sign"),
        (("k", "refund", 5, 100, 105, None), "ck_balance_transactions_refund_of"),
        (("k", "theft", 5, 100, 105, None), "ck_balance_transactions_(sign|transaction_type)"),
        (("k", "adjustment", "NaN", 100, "NaN", None), "ck_balance_transactions_amount"),
        (("factory", "topup", 5, 100, 105, None), "uq_balance_transactions_tenant_key"),
    ],
)
def test_a_false_entry_is_refused(tenant, entry, constraint):
    with pytest.raises(IntegrityError, match=constraint):
        sql(ENTER, tenant.pk, *entry)


def test_an_entry_does_not_refund_another_tenants(tenant):
    foreign = services.charge(
        BalanceFactory().tenant, service=ServiceType.AI_MESSAGE, key="x", at=NOON, amount=Decimal(5)
    )

    with pytest.raises(IntegrityError, match="fk_balance_transactions_tenant_refund_of_id"):
        sql(ENTER, tenant.pk, "k", "refund", 5, 100, 105, foreign.pk)


@pytest.mark.parametrize(
    "change",
    [
        "balance = -1",
        "held = -1",
        "held = 100.000001",
        "balance = 'NaN', held = 'NaN'",
    ],
)
def test_a_balance_always_covers_its_reservations(tenant, change):
    with pytest.raises(IntegrityError, match="ck_balances_balance"):
        sql(f"UPDATE balances SET {change} WHERE tenant_id = %s", tenant.pk)


def test_a_tenant_has_one_balance(tenant):
    with pytest.raises(IntegrityError, match="uq_balances_tenant_id"):
        sql(
            "INSERT INTO balances (tenant_id, balance, held, total_spent, total_topped_up) VALUES (%s, 0, 0, 0, 0)",
            tenant.pk,
        )


@pytest.mark.parametrize(
    ("change", "constraint"),
    [
        ("amount = 0", "ck_balance_holds_amount"),
        ("status = 'lost', closed_at = now()", "ck_balance_holds_status"),
        ("service = 'gift'", "ck_balance_holds_service"),
        ("status = 'captured', closed_at = now()", "ck_balance_holds_entry"),
        ("status = 'released'", "ck_balance_holds_closed_at"),
    ],
)
def test_a_false_reservation_is_refused(tenant, change, constraint):
    services.hold(tenant, service=ServiceType.AI_MESSAGE, key="a", at=NOON)

    with pytest.raises(IntegrityError, match=constraint):
        sql(f"UPDATE balance_holds SET {change}")


@pytest.mark.parametrize(
    ("change", "constraint"),
    [
        ("amount = 0", "ck_payments_amount"),
        ("amount = -5", "ck_payments_amount"),
        ("amount = 'NaN'", "ck_payments_amount"),
        ("currency = 'USD'", "ck_payments_currency"),
        ("provider = 'mattress'", "ck_payments_provider"),
        ("status = 'maybe', closed_at = now()", "ck_payments_(entry|status)"),
        ("status = 'succeeded', closed_at = now()", "ck_payments_entry"),
        ("status = 'cancelled'", "ck_payments_closed_at"),
    ],
)
def test_a_false_payment_is_refused(change, constraint):
    PaymentFactory()

    with pytest.raises(IntegrityError, match=constraint):
        sql(f"UPDATE payments SET {change}")


def test_a_payment_is_known_once_per_provider():
    known = PaymentFactory()

    with pytest.raises(IntegrityError, match="uq_payments_provider_provider_payment_id"):
        PaymentFactory(provider_payment_id=known.provider_payment_id)


@pytest.mark.parametrize(
    ("change", "constraint"),
    [
        ("type = 'percentage', value = 100.01", "ck_promo_codes_value"),
        ("value = 0", "ck_promo_codes_value"),
        ("value = -5", "ck_promo_codes_value"),
        ("type = 'lottery'", "ck_promo_codes_type"),
        ("max_uses = 3, used_count = 4", "ck_promo_codes_used_count"),
        ("max_uses = 0", "ck_promo_codes_used_count"),
        ("used_count = -1", "ck_promo_codes_used_count"),
        ("min_amount = -1", "ck_promo_codes_min_amount"),
        ("code = 'small'", "ck_promo_codes_code"),
        ("starts_at = now(), expires_at = now()", "ck_promo_codes_period"),
    ],
)
def test_a_false_promo_code_is_refused(change, constraint):
    PromoCodeFactory()

    with pytest.raises(IntegrityError, match=constraint):
        sql(f"UPDATE promo_codes SET {change}")


def test_a_promo_code_is_used_once_per_tenant(tenant):
    promo = PromoCodeFactory()
    services.redeem(tenant, code=promo.code, at=NOON)
    entry = BalanceTransaction.objects.get(key="factory")

    with pytest.raises(IntegrityError, match="uq_promo_code_usage_tenant_promo_code"):
        PromoCodeUsage.objects.create(tenant=tenant, promo_code=promo, entry=entry)


def test_a_use_of_a_promo_code_does_not_name_another_tenants_entry(tenant):
    promo, other = PromoCodeFactory(), TenantFactory()

    with pytest.raises(IntegrityError, match="fk_promo_code_usage_tenant_entry_id"):
        sql(
            "INSERT INTO promo_code_usage (uuid, tenant_id, promo_code_id, entry_id) "
            "VALUES (gen_random_uuid(), %s, %s, %s)",
            other.pk,
            promo.pk,
            BalanceTransaction.objects.get().pk,
        )


def test_nobody_refers_themselves(tenant):
    code = services.referral_code_of(tenant)

    with pytest.raises(IntegrityError, match="ck_referrals_not_oneself"):
        Referral.objects.create(tenant=tenant, referral_code=code, referred_tenant=tenant)


@pytest.mark.parametrize(("days", "until"), [(-1, 1), (-1, None), (0, 1), (5, 6)])
def test_prices_of_a_service_do_not_overlap(days, until):
    ServicePrice.objects.filter(service_type="ai_message").delete()
    ServicePrice.objects.create(service_type="ai_message", price=1, valid_from=NOON, valid_to=NOON + timedelta(days=10))

    with pytest.raises(IntegrityError, match="uq_service_prices_period"):
        ServicePrice.objects.create(
            service_type="ai_message",
            price=2,
            valid_from=NOON + timedelta(days=days),
            valid_to=until and NOON + timedelta(days=until),
        )


def test_prices_may_touch_and_an_inactive_one_is_in_nobodys_way():
    ServicePrice.objects.filter(service_type="ai_message").delete()
    later, end = NOON + timedelta(days=1), NOON + timedelta(days=2)

    ServicePrice.objects.create(service_type="ai_message", price=1, valid_from=NOON, valid_to=later)
    ServicePrice.objects.create(service_type="ai_message", price=2, valid_from=later, valid_to=end)
    ServicePrice.objects.create(service_type="ai_message", price=3, valid_from=NOON, is_active=False)
    ServicePrice.objects.create(service_type="bot_message", price=3, valid_from=NOON, is_active=False)

    assert ServicePrice.objects.filter(service_type="ai_message").count() == 3


def test_a_service_has_one_current_price():
    with pytest.raises(IntegrityError, match="uq_service_prices_service_type_current"):
        ServicePrice.objects.create(service_type="ai_message", price=2, valid_from=NOON)


def test_changes_of_a_balance_are_dated_by_the_database(tenant):
    before = Balance.objects.get(tenant=tenant).updated_at

    sql("UPDATE balances SET total_spent = 1 WHERE tenant_id = %s", tenant.pk)

    assert Balance.objects.get(tenant=tenant).updated_at > before


@pytest.mark.parametrize(
    "name",
    [
        "idx_balance_transactions_user_created",
        "idx_balance_transactions_type_created",
        "ix_balance_transactions_created_at",
        "idx_payments_user_created",
        "idx_payments_status_created",
    ],
)
def test_the_seeds_indexes_are_there_and_valid(name):
    assert rows("SELECT indisvalid FROM pg_index WHERE indexrelid = to_regclass(%s)", name) == [(True,)]
