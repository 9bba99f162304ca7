import threading
from datetime import timedelta

import pytest
from django.db import connection

from dialogs.enums import HandoffStatus, RunStatus, Sender
from dialogs.errors import MessageEmpty, MessageTooLong, MessageUnreadable
from dialogs.models import AnswerRun, Contact, Dialog, DialogMessage
from dialogs.services.receiving import receive
from tests.dialogs.conftest import NOON, dialog_of

pytestmark = pytest.mark.usefixtures("sleeping_workers")


@pytest.mark.django_db
def test_a_message_gets_the_next_number_and_makes_an_answer_due(dialog):
    received = receive(dialog, text="  Сколько стоит доставка? ", at=NOON)

    assert (received.message.seq, received.message.text) == (1, "Сколько стоит доставка?")
    assert (received.message.sender, received.message.direction) == (Sender.CUSTOMER, "inbound")
    assert received.message.intent == "delivery"
    assert (received.run.status, received.run.from_seq) == (RunStatus.PENDING, 1)
    assert received.run.due_at == NOON + timedelta(milliseconds=800)


@pytest.mark.django_db
def test_a_repeated_message_changes_nothing(dialog):
    first = receive(dialog, text="Привет", at=NOON, platform_message_id="m1")

    second = receive(dialog, text="Привет", at=NOON + timedelta(seconds=1), platform_message_id="m1")

    assert (second.message, second.run, second.is_new) == (first.message, first.run, False)
    assert DialogMessage.objects.count() == 1


@pytest.mark.django_db
def test_a_burst_is_one_turn_that_waits_at_most_four_seconds(dialog):
    runs = {
        receive(dialog, text=f"часть {number}", at=NOON + timedelta(milliseconds=700 * number)).run.pk
        for number in range(8)
    }

    (run,) = AnswerRun.objects.all()
    assert runs == {run.pk}
    assert run.due_at == NOON + timedelta(seconds=4)


@pytest.mark.django_db
def test_newer_words_cancel_the_answer_under_way(dialog):
    first = receive(dialog, text="Где заказ?", at=NOON).run
    taken = AnswerRun.take(first.pk, at=NOON + timedelta(seconds=1))
    assert taken == first

    second = receive(dialog, text="Номер 20415", at=NOON + timedelta(seconds=2)).run

    first.refresh_from_db()
    assert (first.status, first.outcome) == (RunStatus.CANCELLED, "newer_message")
    assert second.pk != first.pk
    assert not taken.renew(at=NOON + timedelta(seconds=3), text="Ваш")


@pytest.mark.django_db
def test_while_a_person_is_in_charge_no_answer_is_due(dialog):
    dialog.hand_over(HandoffStatus.REQUESTED)

    assert receive(dialog, text="Ау?", at=NOON).run is None


@pytest.mark.django_db
@pytest.mark.parametrize(("text", "language"), [("How much is delivery?", "en"), ("Oreo?", "ru"), ("Сколько?", "ru")])
def test_the_dialog_goes_on_in_the_customers_language(dialog, text, language):
    receive(dialog, text=text, at=NOON)

    dialog.refresh_from_db()
    assert dialog.language_code == language


@pytest.mark.django_db
def test_writing_into_a_closed_dialog_begins_a_new_one(dialog):
    receive(dialog, text="Спасибо", at=NOON)
    dialog.end(at=NOON)

    received = receive(dialog, text="Ещё вопрос", at=NOON + timedelta(hours=1))

    assert received.message.dialog_id != dialog.pk
    assert received.message.seq == 1
    assert Dialog.objects.count() == 2
    assert Contact.objects.count() == 1


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("text", "refusal"),
    [
        ("", MessageEmpty),
        (" \n\t ", MessageEmpty),
        ("я" * 100_000, MessageTooLong),
        ("a\0b", MessageUnreadable),
        ("\ud800", MessageUnreadable),
    ],
)
def test_what_is_not_a_message_is_refused_and_nothing_is_saved(dialog, text, refusal):
    with pytest.raises(refusal):
        receive(dialog, text=text, at=NOON)

    dialog.refresh_from_db()
    assert (dialog.last_seq, dialog.version, DialogMessage.objects.count()) == (0, 1, 0)


@pytest.mark.django_db(transaction=True)
def test_sixteen_writers_leave_no_gap_and_no_double(assistant):
    dialog = dialog_of(assistant)

    def write(number):
        try:
            for turn in range(5):
                receive(dialog, text=f"{number}/{turn}", at=NOON, platform_message_id=f"{number}-{turn}")
                receive(dialog, text=f"{number}/{turn}", at=NOON, platform_message_id=f"{number}-{turn}")
        finally:
            connection.close()

    threads = [threading.Thread(target=write, args=(number,)) for number in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    seqs = list(DialogMessage.objects.order_by("seq").values_list("seq", flat=True))
    assert seqs == list(range(1, 81))
    assert AnswerRun.objects.open().count() == 1


@pytest.mark.django_db(transaction=True)
def test_sixteen_first_messages_of_one_visitor_make_one_dialog(assistant):
    found = []

    def begin():
        try:
            found.append(dialog_of(assistant, session="same").pk)
        finally:
            connection.close()

    threads = [threading.Thread(target=begin) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(found) == 16
    assert len(set(found)) == 1
    assert Contact.objects.count() == 1
