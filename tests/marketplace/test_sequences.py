"""Reminders: when they go, why they end, and that each goes once; messages people write."""

from datetime import UTC, datetime, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, connection

from marketplace.enums import ChatSender, ChatStatus, SequenceStatus, StepStatus, StopReason
from marketplace.errors import BadFile, NotAllowedThere, SequenceRuns
from marketplace.models import (
    Chat,
    ChatAudit,
    ChatAutoSequence,
    Outgoing,
    SequenceStep,
    SequenceTemplate,
)
from marketplace.replies import OutgoingStatus
from marketplace.services import attending, composing, reminding
from tests.factories.accounts import TenantFactory
from tests.factories.marketplace import ChatFactory, ChatMessageFactory, SellerSettingsFactory, StoreFactory
from tests.factories.operators import operator_of
from tests.races import race

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)  # 12:00 in Moscow, a Friday
EVENING = datetime(2026, 11, 20, 15, 0, tzinfo=UTC)  # 18:00 in Moscow
DAY = timedelta(days=1)
TEXTS = ["Здравствуйте! Удалось ли решить вопрос?", "Мы на связи и готовы помочь.", "Если помощь нужна, напишите нам."]
BRIBE = "Удалите отзыв, и мы переведём вам 500 рублей"


def template_for(tenant, **facts):
    steps = [{"day": day, "text": text} for day, text in enumerate(facts.pop("texts", TEXTS), start=1)]
    return SequenceTemplate.objects.create(tenant=tenant, name=facts.pop("name", "Тишина"), steps=steps, **facts)


@pytest.fixture
def tenant():
    return TenantFactory()


@pytest.fixture
def chat(tenant):
    return ChatFactory(store__tenant=tenant, status=ChatStatus.AWAITING_REPLY)


def started(chat, at=EVENING, **rest):
    return reminding.start(chat, template_for(chat.tenant), at=at, **rest)


def confirm_all(at):
    Outgoing.objects.update(status=OutgoingStatus.CONFIRMED, confirmed_at=at, sent_at=at, created_at=at)


def fresh(row):
    return type(row).objects.get(pk=row.pk)


def test_one_reminder_a_day_at_the_sellers_hours_until_the_last(chat):
    sequence = started(chat)
    first = datetime(2026, 11, 21, 7, 0, tzinfo=UTC)  # 10:00 in Moscow
    assert sequence.next_send_at == first

    sent = []
    for hour in range(24 * 6):
        at = EVENING + timedelta(hours=hour)
        if reminding.run_due(at=at):
            sent.append(at)
            confirm_all(at)

    assert [at.date() for at in sent] == [(first + n * DAY).date() for n in range(3)]
    assert all(10 <= at.hour + 3 < 17 for at in sent)
    assert list(SequenceStep.objects.order_by("step").values_list("text", flat=True)) == TEXTS
    assert fresh(sequence).status == SequenceStatus.COMPLETED


def test_two_sequences_do_not_run_in_one_chat(chat):
    started(chat)

    with pytest.raises(SequenceRuns):
        reminding.start(chat, template_for(chat.tenant, name="Другой"), at=NOON)


def test_a_forbidden_text_is_never_planned(chat):
    with pytest.raises(NotAllowedThere):
        reminding.start(chat, template_for(chat.tenant, texts=[BRIBE]), at=NOON)
    assert not ChatAutoSequence.objects.exists()


def the_buyer_replies(sequence):
    ChatMessageFactory(chat=sequence.chat, sent_at=EVENING + timedelta(minutes=1))


def the_seller_says_stop(sequence):
    SequenceTemplate.objects.update(stop_message="Закрываем обращение")
    ChatMessageFactory(
        chat=sequence.chat,
        sender=ChatSender.SELLER,
        text="Мы закрываем обращение.",
        sent_at=EVENING + timedelta(minutes=1),
    )


def the_chat_moves(sequence):
    Chat.objects.update(status=ChatStatus.IN_PROGRESS)


def the_rules_change(sequence):
    ChatAutoSequence.objects.update(messages=[{"day": 1, "text": BRIBE}])


def the_template_goes(sequence):
    SequenceTemplate.objects.all().delete()


@pytest.mark.parametrize(
    ("happens", "reason"),
    [
        (the_buyer_replies, StopReason.CLIENT_REPLIED),
        (the_seller_says_stop, StopReason.STOP_MESSAGE),
        (the_chat_moves, StopReason.STATUS_CHANGED),
        (the_rules_change, StopReason.REFUSED),
        (the_template_goes, StopReason.MANUAL),
    ],
)
def test_reminders_end_with_a_reason_and_nothing_is_sent(chat, happens, reason):
    sequence = started(chat)
    happens(sequence)

    assert reminding.run_due(at=NOON + DAY) == 0

    assert (fresh(sequence).status, fresh(sequence).stop_reason) == (SequenceStatus.STOPPED, reason)
    assert not Outgoing.objects.exists()


def test_a_day_on_which_the_seller_wrote_is_skipped(chat):
    sequence = started(chat)
    ChatMessageFactory(chat=chat, sender=ChatSender.SELLER, sent_at=NOON + DAY - timedelta(hours=1))

    assert reminding.run_due(at=NOON + DAY) == 0

    assert fresh(sequence).next_send_at == datetime(2026, 11, 22, 7, 0, tzinfo=UTC)


def test_a_reminder_of_unknown_fate_holds_up_the_next_and_is_not_sent_again(chat):
    sequence = started(chat)
    assert reminding.run_due(at=NOON + DAY) == 1
    Outgoing.objects.update(status=OutgoingStatus.UNKNOWN)

    assert [reminding.run_due(at=NOON + n * DAY) for n in (2, 3, 4)] == [0, 0, 0]

    assert (Outgoing.objects.count(), fresh(sequence).status) == (1, SequenceStatus.ACTIVE)
    assert SequenceStep.objects.get().status == StepStatus.UNKNOWN


def test_a_refused_reminder_ends_the_rest(chat):
    sequence = started(chat)
    reminding.run_due(at=NOON + DAY)
    Outgoing.objects.update(status=OutgoingStatus.REJECTED, error="нельзя")

    reminding.run_due(at=NOON + 2 * DAY)

    assert fresh(sequence).stop_reason == StopReason.NOT_SENT
    assert (SequenceStep.objects.get().status, SequenceStep.objects.get().error) == (StepStatus.FAILED, "нельзя")


def test_a_stop_takes_back_what_has_not_left(chat):
    started(chat)
    reminding.run_due(at=NOON + DAY)

    reminding.stop_all(chat, StopReason.MANUAL)

    assert Outgoing.objects.get().status == OutgoingStatus.CANCELLED


def test_nothing_goes_while_everything_automatic_is_stopped(chat):
    started(chat)
    SellerSettingsFactory(tenant=chat.tenant, is_auto_paused=True)

    assert reminding.run_due(at=NOON + DAY) == 0
    assert ChatAutoSequence.objects.get().status == SequenceStatus.ACTIVE


@pytest.mark.parametrize(("is_wanted", "count"), [(True, 1), (False, 0)])
def test_the_sellers_phrase_starts_its_template(tenant, is_wanted, count):
    chat = ChatFactory(
        store__tenant=tenant, store__is_auto_no_reply_enabled=is_wanted, status=ChatStatus.AWAITING_REPLY
    )
    template_for(tenant, trigger_phrase="ждём вашего ответа")
    text = "Ждём Вашего ответа!"
    ChatMessageFactory(chat=chat, sender=ChatSender.SELLER, text=text, sent_at=NOON)
    Chat.objects.update(last_message_date=NOON, last_message_sender=ChatSender.SELLER, last_message_text=text)

    for _ in range(2):
        attending.attend(Chat.objects.select_related("store", "tenant").get(), at=NOON)

    assert ChatAutoSequence.objects.count() == count


@pytest.mark.django_db(transaction=True)
def test_many_workers_send_one_step_once():
    sequence = started(ChatFactory(status=ChatStatus.AWAITING_REPLY))

    outcomes = race(lambda _: reminding.step(sequence.pk, at=NOON + DAY), threads=6)

    assert [outcome for outcome in outcomes if isinstance(outcome, Exception)] == []
    assert sum(outcome is not None for outcome in outcomes) == 1
    assert (SequenceStep.objects.count(), Outgoing.objects.count(), fresh(sequence).current_step) == (1, 1, 1)


@pytest.mark.django_db(transaction=True)
def test_without_the_lock_the_database_itself_refuses_the_second(monkeypatch):
    sequence = started(ChatFactory(status=ChatStatus.AWAITING_REPLY))
    rows = ChatAutoSequence.objects.select_related("chat", "store", "template__tenant")
    monkeypatch.setattr(reminding, "claim", lambda pk, *, at: rows.get(pk=pk))

    outcomes = race(lambda _: reminding.step(sequence.pk, at=NOON + DAY), threads=6)

    losers = [outcome for outcome in outcomes if isinstance(outcome, Exception)]
    assert losers  # with the lock there are none: the lock is what keeps them apart above
    assert (SequenceStep.objects.count(), Outgoing.objects.count(), fresh(sequence).current_step) == (1, 1, 1)


def test_the_same_step_cannot_be_written_twice(chat):
    sequence = started(chat)
    reminding.run_due(at=NOON + DAY)

    with pytest.raises(IntegrityError):
        SequenceStep.objects.create(tenant=chat.tenant, sequence=sequence, step=1, text="снова")


@pytest.mark.django_db(transaction=True)
def test_a_worker_that_dies_before_the_end_leaves_nothing_and_the_step_goes_once(monkeypatch):
    sequence = started(ChatFactory(status=ChatStatus.AWAITING_REPLY))

    def die(*_, **__):
        connection.close()
        raise SystemExit

    with monkeypatch.context() as patched:
        patched.setattr(ChatAutoSequence, "advance", die)
        with pytest.raises((SystemExit, Exception)):
            reminding.step(sequence.pk, at=NOON + DAY)
    assert (SequenceStep.objects.count(), Outgoing.objects.count()) == (0, 0)

    assert [reminding.run_due(at=NOON + DAY), reminding.run_due(at=NOON + DAY)] == [1, 0]
    assert Outgoing.objects.count() == 1


def test_a_message_goes_through_the_outbox_and_the_chat_waits(browser_of, tenant):
    operator = operator_of(tenant)
    chat = ChatFactory(store__tenant=tenant, draft_reply="Черновик")
    client, body = browser_of(operator), {"text": "Здравствуйте! Поможем с заменой.", "key": "k1"}

    for _ in range(2):  # the button pressed twice
        client.post(f"/chats/{chat.uuid}/say/", body)

    row = Outgoing.objects.get()
    assert (row.text, row.author, row.is_automatic, row.chat) == (body["text"], operator, False, chat)
    assert (fresh(chat).status, fresh(chat).draft_reply) == (ChatStatus.AWAITING_REPLY, "")
    assert ChatAudit.objects.get().user == operator


def test_a_forbidden_message_comes_back_with_what_is_wrong(browser_of, tenant):
    chat = ChatFactory(store__tenant=tenant)

    answer = browser_of(operator_of(tenant)).post(f"/chats/{chat.uuid}/say/", {"text": BRIBE})

    assert answer.status_code == 422
    assert BRIBE in answer.content.decode()
    assert answer.context["findings"]
    assert not Outgoing.objects.exists()


@pytest.mark.parametrize("head", [b"MZ\x90\x00", b"<svg xmlns=", b""])
def test_files_are_what_their_first_bytes_say(tenant, head):
    chat = ChatFactory(store__tenant=tenant)
    file = SimpleUploadedFile("photo.jpg", head + b"x" * 20, content_type="image/jpeg")

    with pytest.raises(BadFile):
        composing.send(chat, text="Вот фото", by=None, at=NOON, files=[file])
    assert not Outgoing.objects.exists()


def test_a_file_that_is_a_picture_is_kept_for_sending(tenant):
    chat = ChatFactory(store__tenant=tenant)
    file = SimpleUploadedFile("photo.jpg", b"\xff\xd8\xff\xe0" + b"x" * 20)

    row = composing.send(chat, text="Вот фото", by=None, at=NOON, files=[file])

    assert [(kept["name"], kept["content_type"]) for kept in row.files] == [("photo.jpg", "image/jpeg")]


def test_a_template_is_checked_previewed_and_saved(browser_of, tenant):
    client = browser_of(operator_of(tenant))
    StoreFactory(tenant=tenant)
    body = {"name": "Тишина", "texts": "\n---\n".join(TEXTS), "hour_from": 10, "hour_to": 17, "is_active": "on"}

    refused = client.post("/chats/templates/new/", body | {"texts": BRIBE, "save": "1"})
    previewed = client.post("/chats/templates/new/", body | {"preview": "1"})
    assert (refused.status_code, SequenceTemplate.objects.count(), len(previewed.context["plan"])) == (422, 0, 3)

    client.post("/chats/templates/new/", body | {"save": "1"})
    kept = SequenceTemplate.objects.get()
    assert [step["text"] for step in kept.steps] == TEXTS
    assert client.get(f"/chats/templates/{kept.uuid}/").context["plan"][0]["text"] == TEXTS[0]
    assert client.get("/chats/templates/").status_code == 200
    again = client.post("/chats/templates/new/", body | {"save": "1", "hour_to": 9})
    assert set(again.context["form"].errors) == {"name", "hour_to"}


def test_reminders_are_started_and_stopped_on_the_page(browser_of, tenant, chat):
    client, template = browser_of(operator_of(tenant)), template_for(tenant)

    client.post(f"/chats/{chat.uuid}/remind/", {"template": template.pk, "steps": "2"})
    assert ChatAutoSequence.objects.get().max_steps == 2
    assert client.get(f"/chats/{chat.uuid}/").status_code == 200
    client.post(f"/chats/{chat.uuid}/remind/", {"stop": "1"})

    assert ChatAutoSequence.objects.get().stop_reason == StopReason.MANUAL
    foreign = template_for(TenantFactory())
    assert client.post(f"/chats/{chat.uuid}/remind/", {"template": foreign.pk}).status_code == 404


@pytest.mark.parametrize(
    ("before", "decision", "after"),
    [
        (OutgoingStatus.PENDING, "cancel", OutgoingStatus.CANCELLED),
        (OutgoingStatus.UNKNOWN, "sent", OutgoingStatus.CONFIRMED),
        (OutgoingStatus.UNKNOWN, "lost", OutgoingStatus.FAILED),
        (OutgoingStatus.CONFIRMED, "cancel", OutgoingStatus.CONFIRMED),
    ],
)
def test_a_person_says_what_became_of_a_message(browser_of, tenant, before, decision, after):
    chat = ChatFactory(store__tenant=tenant)
    row = composing.send(chat, text="Поможем с заменой.", by=None, at=NOON)
    Outgoing.objects.update(status=before, confirmed_at=NOON)

    browser_of(operator_of(tenant)).post(f"/chats/{chat.uuid}/outgoing/{row.uuid}/", {"decision": decision})

    assert fresh(row).status == after
