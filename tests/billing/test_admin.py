"""Our staff's pages: everything can be read, money moves by actions only."""

from decimal import Decimal
from uuid import uuid4

import pytest
from django.apps import apps
from django.urls import reverse

from billing import services
from billing.enums import HoldStatus, PaymentStatus, ServiceType
from billing.errors import SpendCapReached
from billing.models import Balance, BalanceHold, BalanceTransaction, Payment, PromoCode, ServicePrice
from billing.providers import SANDBOX
from tests.factories.accounts import TenantFactory, UserFactory
from tests.factories.billing import NOON, BalanceFactory, PromoCodeFactory
from tests.sql import execute as sql

pytestmark = pytest.mark.django_db
MODELS = [model._meta.model_name for model in apps.get_app_config("billing").get_models()]
FACTS = [name for name in MODELS if name not in {"promocode", "serviceprice"}]


@pytest.fixture
def tenant():
    return BalanceFactory(balance=100).tenant


@pytest.fixture
def staff(client):
    client.force_login(UserFactory(is_staff=True, is_superuser=True))
    return client


@pytest.fixture
def everything(tenant):
    """A row of each model."""
    services.apply_code(tenant, code=services.referral_code_of(TenantFactory()).code, at=NOON)
    PromoCodeFactory(code="TEN", type="percentage", value=10)
    services.redeem(tenant, code="TEN", at=NOON)
    services.hold(tenant, service=ServiceType.AI_MESSAGE, key="h", at=NOON)
    payment = services.start_payment(tenant, amount=Decimal(500), return_page=str, at=NOON)
    SANDBOX.decide(payment.provider_payment_id, PaymentStatus.SUCCEEDED)
    services.set_caps(tenant, per_day=Decimal(1), per_month=None, at=NOON)
    with pytest.raises(SpendCapReached):
        services.charge(tenant, service=ServiceType.AI_MESSAGE, key="capped", at=NOON)
    services.prove(at=NOON)
    paid = services.settle(payment, at=NOON)
    services.refund_payment(paid, amount=Decimal(10), key=uuid4(), reason="Asked for", at=NOON)
    return Payment.objects.get(pk=paid.pk)


def change(model, row):
    return reverse(f"admin:billing_{model}_change", args=[row.pk])


def do(staff, model, action, rows):
    address = reverse(f"admin:billing_{model}_changelist")
    chosen = {"action": action, "_selected_action": [row.pk for row in rows]}
    return [str(message) for message in staff.post(address, chosen, follow=True).context["messages"]]


@pytest.mark.parametrize("model", MODELS)
def test_every_list_and_row_can_be_read(staff, everything, model):
    rows = apps.get_model("billing", model).objects.all()
    assert rows.exists()

    assert staff.get(reverse(f"admin:billing_{model}_changelist") + "?q=x").status_code == 200
    assert staff.get(change(model, rows.first())).status_code == 200


@pytest.mark.parametrize("model", FACTS)
def test_facts_are_not_written_by_hand(staff, everything, model):
    row = apps.get_model("billing", model).objects.first()

    assert staff.get(reverse(f"admin:billing_{model}_add")).status_code == 403
    assert staff.post(change(model, row), {"amount": "5"}).status_code == 403
    assert staff.post(reverse(f"admin:billing_{model}_delete", args=[row.pk]), {"post": "yes"}).status_code == 403


@pytest.mark.parametrize(("amount", "balance"), [("25.5", Decimal("125.5")), ("-40", 60)])
def test_a_balance_is_corrected_by_an_entry_with_a_reason(staff, tenant, amount, balance):
    address = reverse("admin:billing_balance_adjust", args=[Balance.objects.get().pk])
    form = staff.get(address).context["form"]
    filled = {"_form_submitted": "on", "key": str(form["key"].value()), "amount": amount, "reason": "Ошибка тарифа"}

    for _ in range(2):  # a double click
        response = staff.post(address, filled)

    assert "HX-Redirect" in response
    assert Balance.objects.get().balance == balance
    entry = BalanceTransaction.objects.get(transaction_type="adjustment")
    assert (entry.description, entry.created_by.is_staff) == ("Ошибка тарифа", True)


@pytest.mark.parametrize(
    "wrong", [{"reason": ""}, {"amount": "0"}, {"amount": "NaN"}, {"amount": "много"}, {"key": ""}], ids=str
)
def test_a_correction_needs_an_amount_and_a_reason(staff, tenant, wrong):
    filled = {"_form_submitted": "on", "key": "4fb4e8a4-3f7e-4a40-9ea9-38bf4a0aa6c1", "amount": "5", "reason": "Бонус"}

    response = staff.post(reverse("admin:billing_balance_adjust", args=[Balance.objects.get().pk]), {**filled, **wrong})

    assert response.context["form"].errors.keys() == wrong.keys()
    assert Balance.objects.get().balance == 100


def test_a_correction_below_zero_is_refused_in_words(staff, tenant):
    address = reverse("admin:billing_balance_adjust", args=[Balance.objects.get().pk])
    filled = {
        "_form_submitted": "on",
        "key": "4fb4e8a4-3f7e-4a40-9ea9-38bf4a0aa6c1",
        "amount": "-101",
        "reason": "Штраф",
    }

    page = staff.get(staff.post(address, filled)["HX-Redirect"])

    assert [message.level_tag for message in page.context["messages"]] == ["error"]
    assert Balance.objects.get().balance == 100


def test_reading_staff_does_not_correct(client, tenant):
    from django.contrib.auth.models import Permission

    reader = UserFactory(is_staff=True)
    reader.user_permissions.set(Permission.objects.filter(codename="view_balance"))
    client.force_login(reader)
    balance = Balance.objects.get()

    assert client.get(change("balance", balance)).status_code == 200
    assert client.post(reverse("admin:billing_balance_adjust", args=[balance.pk])).status_code == 403


def test_balances_are_checked_against_the_ledger(staff, tenant):
    (clean,) = do(staff, "balance", "check_ledger", Balance.objects.all())
    sql("UPDATE balances SET total_spent = 5")
    (broken,) = do(staff, "balance", "check_ledger", Balance.objects.all())

    assert "1" in clean
    assert "total_spent" in broken


def test_a_hanging_reservation_is_given_back(staff, everything, tenant):
    do(staff, "balancehold", "give_back", BalanceHold.objects.all())

    assert BalanceHold.objects.get().status == HoldStatus.RELEASED
    assert Balance.objects.get(tenant=tenant).held == 0


def test_a_refund_is_recorded(staff, everything, tenant):
    do(staff, "payment", "record_refunds", Payment.objects.all())

    assert Payment.objects.get().status == PaymentStatus.REFUNDED
    assert Balance.objects.get(tenant=tenant).balance == 100


def test_a_price_is_set_from_now_on(staff):
    address = reverse("admin:billing_serviceprice_set_price")
    filled = {"_form_submitted": "on", "service": "ai_message", "price": "2", "starts_on": "", "description": ""}

    staff.post(address, filled)

    prices = ServicePrice.objects.filter(service_type="ai_message").order_by("valid_from")
    assert [(price.price, price.valid_to is None) for price in prices] == [(Decimal("1.5"), False), (2, True)]


def test_a_promo_code_is_made_and_switched_off(staff):
    fields = {"code": "new", "type": "fixed_amount", "value": "5", "min_amount": "0", "is_active": "on"}
    fields["max_per_tenant"] = "1"
    dates = {f"{name}_{part}": "" for name in ("starts_at", "expires_at") for part in (0, 1)}
    staff.post(reverse("admin:billing_promocode_add"), {**fields, **dates})
    promo = PromoCode.objects.get()
    assert (promo.code, promo.created_by.is_staff) == ("NEW", True)
    PromoCode.objects.update(used_count=3)

    staff.post(change("promocode", promo), {**dates, "max_per_tenant": "1"})

    promo.refresh_from_db()
    assert (promo.is_active, promo.used_count, promo.value) == (False, 3, 5)
