"""Chats on the board: columns, moves, kinds, links with reviews, and what a buyer's message does."""

from datetime import UTC, datetime, timedelta

import pytest

from accounts.enums import Role
from config.moves import IllegalMove
from marketplace.enums import ChatSender, ChatStage, ChatStatus, ChatTag, CompletionReason, DecidedBy, LinkState
from marketplace.models import Chat, ChatAudit, ChatClassification, ChatLink
from marketplace.services import attending, board, classifying, linking
from tests.factories.accounts import MembershipFactory, TenantFactory
from tests.factories.marketplace import (
    ChatFactory,
    ChatMessageFactory,
    ProductFactory,
    ReviewFactory,
    SequenceFactory,
    StoreFactory,
)
from tests.factories.operators import operator_of
from tests.races import race

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


@pytest.fixture
def tenant():
    return TenantFactory()


@pytest.fixture
def operator(tenant):
    return operator_of(tenant)


@pytest.fixture
def store(tenant):
    return StoreFactory(tenant=tenant)


def say(chat, text, *, sender=ChatSender.CLIENT, at=NOW):
    """Let somebody write, as a sync leaves it."""
    message = ChatMessageFactory(chat=chat, text=text, sender=sender, sent_at=at)
    Chat.objects.filter(pk=chat.pk).update(last_message_date=at, last_message_text=text, last_message_sender=sender)
    chat.refresh_from_db()
    return message


def columns(response):
    return {column["status"]: column for column in response.context["columns"]}


def test_the_board_counts_all_and_shows_a_page_the_latest_first(browser_of, operator, store):
    ChatFactory.create_batch(31, store=store, last_message_date=NOW - timedelta(days=1))
    newest = ChatFactory(store=store, last_message_date=NOW)
    never = ChatFactory(store=store)
    ChatFactory(store=store, status=ChatStatus.CLOSED, completion_reason=CompletionReason.SPAM)
    ChatFactory()

    shown = columns(browser_of(operator).get("/chats/"))

    inbox = shown[ChatStatus.INBOX]
    assert list(shown) == list(ChatStatus)
    assert (inbox["count"], len(inbox["cards"].rows), shown[ChatStatus.CLOSED]["count"]) == (33, 30, 1)
    assert inbox["cards"].rows[0] == newest
    rest = browser_of(operator).get("/chats/column/inbox/?page=2")
    assert rest.context["cards"].rows[-1] == never
    assert browser_of(operator).get("/chats/column/nowhere/").status_code == 404


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("q=анна", {"Анна"}),
        ("q=пальто", {"Борис"}),
        ("q=777", {"Борис"}),
        ("tag=spam", {"Борис"}),
        ("stage=deletion_offered", {"Вера"}),
        ("show=needs_answer", {"Анна"}),
        ("tag=nonsense&store=x&page=y&q=99999999999999999999999", set()),
    ],
)
def test_filters_of_the_board(browser_of, operator, store, query, expected):
    ChatFactory(store=store, client_name="Анна", last_message_sender=ChatSender.CLIENT)
    ChatFactory(
        store=store, client_name="Борис", product_name="Пальто", product_nm_id=777, tag=ChatTag.SPAM,
        last_message_sender=ChatSender.SELLER,
    )  # fmt: skip
    ChatFactory(store=store, client_name="Вера", stage=ChatStage.DELETION_OFFERED)

    shown = columns(browser_of(operator).get(f"/chats/?{query}"))

    assert {chat.client_name for column in shown.values() for chat in column["cards"].rows} == expected


@pytest.mark.parametrize("count", [2, 12])
def test_the_board_asks_the_database_as_often_for_many_as_for_few(
    browser_of, operator, store, count, django_assert_max_num_queries
):
    ChatFactory.create_batch(count, store=store, last_message_sender=ChatSender.CLIENT)
    client = browser_of(operator)
    client.get("/chats/")

    with django_assert_max_num_queries(20):
        client.get("/chats/")


def test_a_move_from_the_board_returns_the_board_with_its_filters(browser_of, operator, store):
    chat = ChatFactory(store=store, client_name="Анна")
    ChatFactory(store=store, client_name="Борис")
    headers = {"HX-Request": "true", "HX-Current-URL": "http://testserver/chats/?q=анна"}

    answer = browser_of(operator).post(f"/chats/{chat.uuid}/move/", {"status": "in_progress"}, headers=headers)

    assert [chat for column in columns(answer).values() for chat in column["cards"].rows] == [chat]
    assert b"<html" not in answer.content
    step = ChatAudit.objects.get()
    assert (step.before, step.after, step.user) == ("inbox", "in_progress", operator)


def test_closing_asks_for_a_reason(browser_of, operator, store):
    chat = ChatFactory(store=store)
    client, address = browser_of(operator), f"/chats/{chat.uuid}/move/"

    client.post(address, {"status": "closed"})
    assert Chat.objects.get().status == ChatStatus.INBOX
    assert client.post(address, {"status": "closed", "reason": "whatever"}).status_code == 404
    client.post(address, {"status": "closed", "reason": "spam"})

    assert (Chat.objects.get().status, Chat.objects.get().completion_reason) == ("closed", "spam")
    client.post(address, {"status": "resolved"})  # closed chats go to the inbox or into work only
    assert Chat.objects.get().status == ChatStatus.CLOSED


def test_a_viewer_reads_and_moves_nothing(browser_of, tenant, store):
    chat = ChatFactory(store=store)
    client = browser_of(MembershipFactory(tenant=tenant, role=Role.USER).user)

    assert client.get(f"/chats/{chat.uuid}/").status_code == 200
    for address in ("move", "judge"):
        assert client.post(f"/chats/{chat.uuid}/{address}/", {"status": "resolved"}).status_code == 403
    assert Chat.objects.get().status == ChatStatus.INBOX


def test_what_buyers_wrote_is_shown_as_text(browser_of, operator, store):
    chat = ChatFactory(store=store, client_name="<script>alert(1)</script>", product_name="<b>x</b>")
    say(chat, "<img src=x>")

    pages = [browser_of(operator).get(address).content.decode() for address in ("/chats/", f"/chats/{chat.uuid}/")]

    assert not any(piece in page for page in pages for piece in ("<script>alert", "<b>x</b>", "<img src=x>"))


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (ChatStatus.INBOX, ChatStatus.INBOX),
        (ChatStatus.IN_PROGRESS, ChatStatus.IN_PROGRESS),
        (ChatStatus.AWAITING_REPLY, ChatStatus.IN_PROGRESS),
        (ChatStatus.RESOLVED, ChatStatus.INBOX),
        (ChatStatus.CLOSED, ChatStatus.INBOX),
    ],
)
def test_a_buyers_message_puts_the_chat_back_to_work(store, before, after):
    reason = CompletionReason.NO_REPLY if before == ChatStatus.CLOSED else None
    chat = ChatFactory(store=store, status=before, completion_reason=reason, status_changed_at=NOW - timedelta(hours=1))
    sequence = SequenceFactory(chat=chat)
    say(chat, "Так что с моим заказом?")

    attending.attend(chat, at=NOW)

    assert Chat.objects.get().status == after
    steps = list(ChatAudit.objects.filter(field="status").values_list("before", "after", "reason", "user"))
    assert steps == ([] if before == after else [(before, after, "buyer_wrote", None)])
    sequence.refresh_from_db()
    assert (sequence.status, sequence.stop_reason) == ("stopped", "client_replied")


def test_words_from_before_the_move_move_nothing(store):
    chat = ChatFactory(
        store=store, status=ChatStatus.CLOSED, completion_reason=CompletionReason.OTHER, status_changed_at=NOW
    )
    say(chat, "Спасибо", at=NOW - timedelta(minutes=1))

    attending.attend(chat, at=NOW)

    assert Chat.objects.get().status == ChatStatus.CLOSED


def test_the_sweeper_finds_what_no_hint_came_for_once(store):
    chat = ChatFactory(store=store, status=ChatStatus.AWAITING_REPLY)
    say(chat, "Ответьте, пожалуйста, подойдёт ли размер")

    assert [attending.sweep(at=NOW), attending.sweep(at=NOW)] == [1, 0]
    assert Chat.objects.get().status == ChatStatus.IN_PROGRESS


@pytest.mark.parametrize(
    ("said", "tag", "stage"),
    [
        (["Заработок от 5000 в день, пишите в телеграм"], ChatTag.SPAM, ChatStage.NONE),
        (["Хочу вернуть деньги за этот брак"], ChatTag.REFUND_REQUESTED, ChatStage.NONE),
        (["Спасибо, всё получилось!"], ChatTag.COMPLETED, ChatStage.NONE),
        (["Вы обманщики, не пишите мне"], ChatTag.UNSUCCESSFUL, ChatStage.NONE),
        (["Оставила плохой отзыв, товар с браком"], ChatTag.ACTIVE, ChatStage.DELETION_CANDIDATE),
        (["Поставила низкую оценку: брак", ">Мы готовы отправить замену"], ChatTag.ACTIVE, ChatStage.DELETION_OFFERED),
        (["Отзыв негативный, брак", ">Готовы выслать замену", "Хорошо, давайте"], ChatTag.ACTIVE,
         ChatStage.DELETION_AGREED),
        (["Отзыв плохой", ">Готовы выслать замену", "Я изменила отзыв, спасибо"], ChatTag.SUCCESSFUL,
         ChatStage.DELETION_CONFIRMED),
        (["Здравствуйте!"], ChatTag.ACTIVE, ChatStage.NONE),
        ([">Здравствуйте, помогли ли мы вам?"], ChatTag.NO_REPLY, ChatStage.NONE),
        (["Хорошо, спасибо за возврат"], ChatTag.REFUND_REQUESTED, ChatStage.NONE),
    ],
)  # fmt: skip
def test_rules_read_plain_words(store, said, tag, stage):
    chat = ChatFactory(store=store)
    for number, text in enumerate(said):
        sender = ChatSender.SELLER if text.startswith(">") else ChatSender.CLIENT
        say(chat, text.removeprefix(">"), sender=sender, at=NOW + timedelta(minutes=number))

    attending.attend(chat, at=NOW + timedelta(hours=1))

    kept = Chat.objects.get()
    assert (kept.tag, kept.stage, kept.tag_by) == (tag, stage, DecidedBy.RULES if tag != ChatTag.UNTAGGED else None)


def test_a_persons_word_stays_and_a_stage_never_goes_back(store, operator):
    chat = ChatFactory(store=store)
    classifying.correct(chat, by=operator, at=NOW, tag=ChatTag.SUCCESSFUL, stage=ChatStage.DELETION_AGREED)
    say(chat, "Хочу вернуть деньги")

    attending.attend(chat, at=NOW)

    kept = Chat.objects.get()
    assert (kept.tag, kept.stage, kept.tag_by) == (ChatTag.SUCCESSFUL, ChatStage.DELETION_AGREED, DecidedBy.PERSON)
    with pytest.raises(IllegalMove):
        classifying.correct(kept, by=operator, at=NOW, stage=ChatStage.DELETION_OFFERED)


@pytest.mark.django_db(transaction=True)
def test_words_are_judged_once_however_many_workers_look():
    chat = ChatFactory()
    say(chat, "Хочу вернуть деньги")

    outcomes = race(lambda _: attending.attend(Chat.objects.get(pk=chat.pk), at=NOW), threads=4)

    assert [outcome for outcome in outcomes if isinstance(outcome, Exception)] == []
    assert ChatClassification.objects.count() == 1
    assert ChatAudit.objects.filter(field="tag").count() == 1


def a_pair(store, *, author="Анна", rating=1, days=3, client="Анна"):
    product = ProductFactory(store=store)
    review = ReviewFactory(product=product, author=author, rating=rating, date=NOW - timedelta(days=days))
    chat = ChatFactory(store=store, client_name=client, product_nm_id=product.wb_product_id)
    say(chat, "Здравствуйте, у меня проблема с товаром")
    return chat, review


@pytest.mark.parametrize(
    ("facts", "state"),
    [
        ({}, LinkState.LINKED),
        ({"author": "Анна К."}, LinkState.LINKED),
        ({"days": 30}, LinkState.LINKED),
        ({"author": "Покупатель"}, LinkState.SUGGESTED),
        ({"author": "Виктор"}, None),
        ({"days": 46}, None),
    ],
)
def test_a_review_is_linked_as_surely_as_the_signs_say(store, facts, state):
    chat, _review = a_pair(store, **facts)

    linking.find(chat, at=NOW)

    assert [link.state for link in ChatLink.objects.all()] == ([state] if state else [])


def test_two_equally_good_reviews_are_a_question_for_a_person(store):
    chat, review = a_pair(store)
    ReviewFactory(product=review.product, author="Анна", rating=1, date=NOW - timedelta(days=2))

    linking.find(chat, at=NOW)

    assert {link.state for link in ChatLink.objects.all()} == {LinkState.SUGGESTED}


def test_what_a_person_removed_is_not_linked_again(browser_of, operator, store):
    chat, _review = a_pair(store)
    (link,) = linking.find(chat, at=NOW)

    browser_of(operator).post(f"/chats/{chat.uuid}/links/{link.uuid}/", {"decision": "remove"})

    assert linking.find(chat, at=NOW) == []
    assert ChatLink.objects.get().state == LinkState.REMOVED


def test_a_confirmed_link_replaces_the_one_that_stood(store, operator):
    chat, review = a_pair(store)
    (first,) = linking.find(chat, at=NOW)
    other = ReviewFactory(product=review.product)

    second = linking.attach(chat, other, by=operator, at=NOW)

    first.refresh_from_db()
    assert (first.state, second.state) == (LinkState.REMOVED, LinkState.CONFIRMED)


def test_chats_are_moved_and_judged_over_the_api(api, operator, store):
    chat = ChatFactory(store=store)
    client, address = api(operator), f"/api/v1/chats/{chat.uuid}"

    moved = client.post(f"{address}/move/", {"status": "closed", "reason": "no_reply"}, format="json")
    refused = client.post(f"{address}/move/", {"status": "resolved"}, format="json")
    judged = client.post(f"{address}/judge/", {"tag": "spam"}, format="json")

    assert (moved.json()["status"], moved.json()["completion_reason"]) == ("closed", "no_reply")
    assert (refused.status_code, refused.json()["code"]) == (409, "illegal_move")
    assert (judged.json()["tag"], judged.json()["tag_by"]) == ("spam", "person")


def test_one_chat_is_moved_by_one(store, operator):
    chat, same = ChatFactory(store=store), None
    same = Chat.objects.get(pk=chat.pk)
    board.move(chat, ChatStatus.RESOLVED, at=NOW, by=operator)

    with pytest.raises(IllegalMove):
        board.move(same, ChatStatus.IN_PROGRESS, at=NOW, by=operator)
    assert ChatAudit.objects.count() == 1
