"""Words an operator asks a model for: paid, seen by them alone, never said by themselves."""

from decimal import Decimal

import pytest
from django.utils.timezone import now

from billing.models import Balance, BalanceHold, BalanceTransaction
from dialogs.models import DialogMessage
from dialogs.services.receiving import receive
from operators import reports
from operators.enums import JobStatus, SuggestionKind
from operators.errors import CannotRewrite
from operators.models import ReplySuggestion
from operators.services import suggesting
from tests.dialogs.conftest import dialog_of
from tests.factories.operators import operator_of

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("sleeping_workers")]


@pytest.fixture
def dialog(informed):
    dialog = dialog_of(informed)
    receive(dialog, text="Сколько стоит доставка курьером?", at=now())
    return dialog


@pytest.fixture
def anna(tenant):
    return operator_of(tenant, full_name="Анна Первая")


def ask(dialog, person, kind=SuggestionKind.DRAFT, number=1, **facts):
    return suggesting.ask(dialog, by=person, kind=kind, client_id=f"suggestion-{number}", at=now(), **facts)


@pytest.mark.usefixtures("embedded")
def test_a_draft_is_found_paid_for_and_shown_to_nobody_else(dialog, anna, tenant):
    before = Balance.objects.get(tenant=tenant).balance
    suggestion, again = ask(dialog, anna), ask(dialog, anna)

    for _ in range(2):
        suggesting.carry_out(suggestion.pk, at=now())

    suggestion.refresh_from_db()
    price = Decimal(suggestion.receipt["price"])
    assert again.pk == suggestion.pk
    assert (suggestion.status, suggestion.attempts) == (JobStatus.DONE, 1)
    assert "490" in suggestion.text
    assert suggestion.receipt["sources"]
    assert Balance.objects.get(tenant=tenant).balance == before - price
    assert DialogMessage.objects.filter(dialog=dialog).count() == 1
    assert Decimal(reports.thread(dialog, after=0)["context"]["spend"]) == price


@pytest.mark.usefixtures("embedded")
def test_what_the_knowledge_does_not_have_costs_nothing(informed, anna, tenant):
    dialog = dialog_of(informed, "visitor-2")
    receive(dialog, text="Вы чините тракторы?", at=now())
    suggestion = ask(dialog, anna)

    suggesting.carry_out(suggestion.pk, at=now())

    suggestion.refresh_from_db()
    assert (suggestion.status, suggestion.trouble) == (JobStatus.FAILED, "not_known")
    assert not BalanceTransaction.objects.filter(tenant=tenant, transaction_type="ai_message").exists()
    assert not BalanceHold.objects.filter(status="held").exists()


@pytest.mark.usefixtures("embedded")
def test_a_model_that_only_quotes_is_not_asked_to_rewrite(dialog, anna):
    with pytest.raises(CannotRewrite):
        ask(dialog, anna, SuggestionKind.SHORTER, given="Здравствуйте, стоимость доставки составляет 490 рублей.")

    assert not ReplySuggestion.objects.exists()
