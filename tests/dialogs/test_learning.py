"""What dialogs teach the knowledge: gaps, disliked answers, operators' answers."""

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.timezone import now

from accounts.enums import Role
from dialogs.enums import HandoffStatus, Rater, Sender
from dialogs.errors import NothingToTeach
from dialogs.models import Dialog
from dialogs.services import answering, learning, posting, rating
from dialogs.services.receiving import receive
from knowledge.models import KnowledgeEntry, KnowledgeGap, KnowledgeGapQuestion, KnowledgeUse
from tests.dialogs.conftest import NOON, dialog_of
from tests.factories.accounts import MembershipFactory
from tests.factories.dialogs import MessageFactory

pytestmark = pytest.mark.django_db

ASKED = "Делаете ли вы вышивку на халатах?"
SAID = "Да, вышиваем инициалы за три дня, это стоит 500 рублей."


def said(dialog, text, sender=Sender.CUSTOMER, intent="question", **facts):
    return MessageFactory(dialog=dialog, text=text, sender=sender, intent=intent, **facts)


def operator_says(dialog, text=SAID):
    return said(dialog, text, sender=Sender.OPERATOR, intent="", author=dialog.tenant.owner)


def handed_over(dialog):
    Dialog.objects.filter(pk=dialog.pk).update(handoff_status=HandoffStatus.ACTIVE)
    dialog.refresh_from_db()
    return dialog


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("sleeping_workers", "embedded")
def test_question_without_an_answer_comes_into_the_inbox(informed):
    dialog = dialog_of(informed)

    for text in ("Есть ли доставка дирижаблем на Марс?", "А на Марс дирижаблем точно доставка есть?"):
        run = receive(dialog, text=text, at=NOON).run
        answering.answer(run.pk, at=now())

    gap = KnowledgeGap.objects.get()
    assert (gap.title, gap.asked_count, gap.assistant) == ("Есть ли доставка дирижаблем на Марс?", 2, informed)
    question = gap.questions.latest("pk")
    assert dialog.messages.get(seq=question.seq).system_type == "handoff_requested"


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("sleeping_workers", "embedded")
def test_quoted_passages_are_counted_after_the_answer(informed):
    dialog = dialog_of(informed)

    answering.answer(receive(dialog, text="Сколько стоит курьер СДЭК?", at=NOON).run.pk, at=now())

    (source,) = dialog.messages.get(seq=2).receipt["sources"]
    assert list(KnowledgeUse.objects.values_list("chunk", "count")) == [(source["chunk"], 1)]


def test_thumb_down_notes_the_question_and_a_thumb_up_takes_it_back(dialog):
    said(dialog, ASKED)
    answer = said(dialog, "Мы шьём халаты.", sender=Sender.ASSISTANT)

    rating.rate_message(answer, rating=-1)
    rating.rate_message(answer, rating=-1)
    (question,) = KnowledgeGapQuestion.objects.all()
    assert (question.text, question.reason, question.seq) == (ASKED, "disliked", answer.seq)

    rating.rate_message(answer, rating=1)
    assert not KnowledgeGap.objects.exists()


def test_only_customers_and_only_the_assistants_answers_count(dialog):
    said(dialog, ASKED)

    rating.rate_message(said(dialog, "Мы шьём.", sender=Sender.ASSISTANT), rating=-1, rated_by=Rater.ADMIN)
    rating.rate_message(operator_says(dialog), rating=-1)

    assert not KnowledgeGap.objects.exists()


def test_operators_answer_after_a_handoff_is_proposed(dialog):
    handed_over(dialog)
    question = said(dialog, ASKED)
    said(dialog, "Позовите человека", intent="ask_person")
    said(dialog, "Спасибо", intent="thanks")
    for text in ("Здравствуйте!", "А какого он цвета и размера?"):
        assert learning.propose_from(operator_says(dialog, text).pk) is None

    entry = learning.propose_from(operator_says(dialog).pk)

    assert (entry.question, entry.content, entry.seq) == (ASKED, SAID, question.seq)
    assert (entry.created_by, entry.dialog_uuid, entry.status) == (dialog.tenant.owner, dialog.uuid, "proposed")


def test_customers_name_is_hidden(dialog):
    handed_over(dialog)
    dialog.contact.first_name = "Гульнара"
    dialog.contact.save()
    said(dialog, ASKED)

    entry = learning.propose_from(operator_says(dialog, f"Гульнара, здравствуйте! {SAID}").pk)

    assert (entry.content, entry.masked_count) == (f"[имя], здравствуйте! {SAID}", 1)


def test_questions_in_a_row_are_one(dialog):
    handed_over(dialog)
    said(dialog, ASKED)
    said(dialog, "И сколько стоит вышивка?")

    assert learning.propose_from(operator_says(dialog).pk).question == f"{ASKED}\nИ сколько стоит вышивка?"


def test_small_talk_of_operators_is_not_proposed(dialog):
    said(dialog, ASKED)

    assert learning.propose_from(operator_says(dialog).pk) is None
    assert not KnowledgeEntry.objects.exists()


def test_posting_proposes_once_it_is_committed(dialog, django_capture_on_commit_callbacks, sleeping_workers):
    handed_over(dialog)
    said(dialog, ASKED)

    with django_capture_on_commit_callbacks(execute=True):
        posting.post(dialog, author=dialog.tenant.owner, text=SAID, at=NOON)

    assert KnowledgeEntry.objects.get().content == SAID


def test_seller_teaches_from_the_dialogs_page(dialog):
    said(dialog, ASKED)
    answer = operator_says(dialog)
    seller = Client()
    seller.force_login(dialog.tenant.owner)
    address = reverse("dialog_teach", args=[dialog.uuid, answer.uuid])

    assert address in seller.get(reverse("dialog", args=[dialog.uuid])).content.decode()
    response = seller.post(address)

    entry = KnowledgeEntry.objects.get()
    assert response["Location"].endswith(f"?status=proposed#a-{entry.uuid}")
    assert (entry.question, entry.content) == (ASKED, SAID)
    assert reverse("dialog", args=[dialog.uuid]) in seller.get(reverse("knowledge_answers")).content.decode()


def test_customers_words_and_words_without_a_question_teach_nothing(dialog):
    greeting = operator_says(dialog)
    question = said(dialog, ASKED)

    for message in (greeting, question):
        with pytest.raises(NothingToTeach):
            learning.teach(message, by=dialog.tenant.owner)


def test_viewer_teaches_nothing(dialog):
    said(dialog, ASKED)
    answer = operator_says(dialog)
    viewer = Client()
    viewer.force_login(MembershipFactory(tenant=dialog.tenant, role=Role.USER).user)
    address = reverse("dialog_teach", args=[dialog.uuid, answer.uuid])

    assert address not in viewer.get(reverse("dialog", args=[dialog.uuid])).content.decode()
    assert viewer.post(address).status_code == 403
    assert not KnowledgeEntry.objects.exists()
