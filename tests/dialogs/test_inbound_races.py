import pytest

from assistants.models import BotInstance
from dialogs.models import AnswerRun, Dialog, DialogMessage
from dialogs.services.telegram import take_update
from tests.dialogs.conftest import NOON
from tests.dialogs.test_telegram import a_message
from tests.factories.assistants import AssistantFactory, BotFactory
from tests.races import race

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("sleeping_workers")]


def test_one_update_delivered_eight_times_at_once_is_one_message():
    BotFactory(assistant=AssistantFactory())
    update = {"update_id": 1, "message": a_message("Где заказ?")}

    outcomes = race(lambda number: take_update(BotInstance.objects.get(), update, at=NOON), threads=8)

    assert outcomes == [None] * 8
    assert (Dialog.objects.count(), DialogMessage.objects.count(), AnswerRun.objects.count()) == (1, 1, 1)


def test_eight_messages_at_once_are_one_conversation_without_gaps():
    BotFactory(assistant=AssistantFactory())

    outcomes = race(
        lambda number: take_update(
            BotInstance.objects.get(),
            {"update_id": number + 1, "message": a_message(f"Вопрос {number}", number=number + 1)},
            at=NOON,
        ),
        threads=8,
    )

    assert outcomes == [None] * 8
    assert Dialog.objects.count() == 1
    assert sorted(DialogMessage.objects.values_list("seq", flat=True)) == list(range(1, 9))
