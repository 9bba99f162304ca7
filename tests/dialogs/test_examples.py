"""What dialogs give to the tests of assistants: rehearsed answers, and examples out of ratings and corrections."""

from datetime import timedelta

import pytest

from assistants import ports
from dialogs.enums import Intent, Rater, Sender
from dialogs.models import Dialog, DialogMessage
from dialogs.services.posting import append
from dialogs.services.rating import rate_message
from tests.dialogs.conftest import NOON, dialog_of


def say(dialog, sender, text, **fields):
    return append(dialog, sender=sender, text=text, at=NOON, **fields)


def found(assistant):
    return ports.find_examples(assistant, since=NOON - timedelta(days=3650), limit=50)


@pytest.mark.django_db(transaction=True)
def test_a_rehearsed_answer_is_a_customers_answer_without_a_dialog(informed, embedded):
    given = ports.rehearse(informed, "Сколько стоит курьер?", key="one", at=NOON)
    person = ports.rehearse(informed, "Позовите человека", key="three", at=NOON)
    thanks = ports.rehearse(informed, "Спасибо!", key="four", at=NOON)
    unknown = ports.rehearse(informed, "Do you repair laptops in Rome?", key="two", at=NOON)

    assert "490" in given.text
    assert (given.is_refusal, given.completion.model) == (False, "otklik-quote-1")
    assert given.sources[0]["title"].startswith("Доставка по России")
    assert "490" in given.sources[0]["quote"]
    assert given.hold.amount > 0
    assert (unknown.is_refusal, unknown.completion, unknown.hold) == (True, None, None)
    assert unknown.text.startswith("I could not find")
    assert (person.is_refusal, thanks.is_refusal, thanks.sources) == (True, False, [])
    assert not Dialog.objects.exists()


@pytest.mark.django_db
def test_a_liked_answer_becomes_an_example_with_its_numbers_and_its_document(assistant, dialog):
    say(dialog, Sender.CUSTOMER, "Здравствуйте!", intent="greeting")
    say(dialog, Sender.CUSTOMER, "Сколько стоит", intent=Intent.values[0])
    say(dialog, Sender.CUSTOMER, "курьер?", intent=Intent.values[0])
    receipt = {"sources": [{"title": "Доставка по России › Курьер", "quote": "490"}]}
    answer = say(dialog, Sender.ASSISTANT, "Курьер стоит 490 рублей, скидка 10 %.", receipt=receipt)
    say(dialog, Sender.ASSISTANT, "Не оценено.")
    rate_message(answer, rating=1, rated_by=Rater.USER)

    (example,) = found(assistant)

    assert (example.reason, example.question) == ("liked", "Сколько стоит\nкурьер?")
    assert (example.dialog, example.seq) == (dialog.uuid, answer.seq)
    assert list(example.facts) == ["490 рублей", "10 %"]
    assert example.source == "Доставка по России"


@pytest.mark.django_db
def test_an_operators_words_after_a_bad_answer_are_the_right_ones(assistant, dialog):
    say(dialog, Sender.CUSTOMER, "Шьёте ли вы на заказ?")
    wrong = say(dialog, Sender.ASSISTANT, "Нет, никогда.")
    rate_message(wrong, rating=-1, rated_by=Rater.USER)
    say(dialog, Sender.CUSTOMER, "Позовите человека", intent="ask_person")
    right = say(dialog, Sender.OPERATOR, "Да, шьём на заказ за 14 дней, пришлите мерки.")

    gap = dialog_of(assistant, session="visitor-2")
    say(gap, Sender.CUSTOMER, "А в Крым?")
    say(gap, Sender.ASSISTANT, "Не знаю.", metadata={"gap": "А в Крым?", "offers_person": True})
    say(gap, Sender.OPERATOR, "Ок")  # too short to teach anything

    (example,) = found(assistant)

    assert (example.reason, example.question, example.seq) == ("corrected", "Шьёте ли вы на заказ?", right.seq)
    assert example.answer == right.text


@pytest.mark.django_db
def test_dialogs_of_others_and_of_long_ago_give_nothing(assistant, dialog):
    say(dialog, Sender.CUSTOMER, "Сколько?")
    rate_message(say(dialog, Sender.ASSISTANT, "490 рублей."), rating=1, rated_by=Rater.USER)
    other = type(assistant).objects.create(tenant=assistant.tenant, name="Другая")

    assert found(other) == []
    later = DialogMessage.objects.latest("pk").created_at + timedelta(days=1)
    assert ports.find_examples(assistant, since=later, limit=50) == []
