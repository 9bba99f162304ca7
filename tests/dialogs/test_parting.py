"""Afterwards: conversations read again, taken along by mail, erased."""

from uuid import uuid4

import pytest
from django.core import mail
from django.core.files.storage import default_storage
from django.urls import reverse

from dialogs.enums import Channel, DialogStatus
from dialogs.models import Contact, ContactIdentity, Dialog, DialogMessage, DialogRating
from dialogs.services import handing, identifying, posting, rating, visiting
from operators.models import DialogNote
from tests.dialogs.conftest import NOON, dialog_of
from tests.factories.dialogs import AttachmentFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("sleeping_workers")]
SECRET = "Меня зовут Анна, мой телефон 900-00-00"


@pytest.fixture
def visitor(assistant):
    return visiting.Visitor(assistant, uuid4().hex)


def say(visitor, text=SECRET):
    return visiting.say(visitor, text=text, client_id=uuid4().hex, at=NOON).message.dialog


def call(client, visitor, name, body=None, **query):
    address = reverse(f"widget_{name}", args=[visitor.assistant.uuid])
    headers = {"authorization": f"Visitor {visiting.issue_token(visitor.assistant, visitor.key)}"}
    if body is None:
        return client.get(address, query, headers=headers)
    return client.post(address, body, content_type="application/json", headers=headers)


def test_a_visitor_finds_their_conversations_and_reads_one_again(client, visitor):
    first = say(visitor, "Первый вопрос")
    handing.close(first, at=NOON)
    second = say(visitor, "Второй вопрос")

    listed = call(client, visitor, "history").json()["dialogs"]
    read = call(client, visitor, "history", dialog=first.uuid).json()["messages"]

    assert [(row["dialog"], row["is_open"], row["preview"]) for row in listed] == [
        (str(second.uuid), True, "Второй вопрос"),
        (str(first.uuid), False, "Первый вопрос"),
    ]
    assert [message["seq"] for message in read] == [1, 2]
    assert read[0]["text"] == "Первый вопрос"


@pytest.mark.parametrize("name", ["history", "transcript"])
def test_the_conversations_of_others_are_not_found(client, visitor, name):
    foreign = say(visiting.Visitor(visitor.assistant, "stranger"))
    body = {"dialog": str(foreign.uuid), "email": "a@example.com"} if name == "transcript" else None

    answer = call(client, visitor, name, body, dialog=foreign.uuid)

    assert answer.status_code == 404
    assert mail.outbox == []


def test_a_conversation_goes_to_the_address_that_was_typed_in_words_and_as_a_page(client, visitor, tenant):
    dialog = say(visitor, "<b>Где</b> мой заказ?")
    posting.post(dialog, author=tenant.owner, text="Уже едет.", at=NOON)

    answer = call(client, visitor, "transcript", {"dialog": str(dialog.uuid), "email": "anna@example.com"})

    letter = mail.outbox[0]
    page, kind = letter.alternatives[0]
    assert (answer.status_code, letter.to, kind) == (200, ["anna@example.com"], "text/html")
    assert tenant.name in letter.subject
    assert "<b>Где</b> мой заказ?" in letter.body
    assert "Уже едет." in letter.body
    assert "&lt;b&gt;Где&lt;/b&gt; мой заказ?" in page
    assert "<b>" not in page


@pytest.mark.parametrize("email", ["", "no mail", "a@b", "a@example.com\nBcc: b@example.com"])
def test_what_is_no_address_gets_no_letter(client, visitor, email):
    dialog = say(visitor)

    answer = call(client, visitor, "transcript", {"dialog": str(dialog.uuid), "email": email})

    assert answer.status_code == 400
    assert mail.outbox == []


def test_letters_are_few(client, visitor):
    dialog, address = say(visitor), f"{uuid4().hex}@example.com"

    answers = [call(client, visitor, "transcript", {"dialog": str(dialog.uuid), "email": address}) for _ in range(4)]

    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
    assert len(mail.outbox) == 3


def test_a_letter_that_does_not_leave_is_owned_up_to(client, visitor, settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9
    dialog = say(visitor)

    answer = call(client, visitor, "transcript", {"dialog": str(dialog.uuid), "email": "anna@example.com"})

    assert (answer.status_code, answer.json()["code"]) == (503, "letter_not_sent")


def test_erased_data_are_nowhere_and_the_books_stay(client, visitor, tenant, django_capture_on_commit_callbacks):
    dialog = say(visitor)
    visiting.obey(dialog, "set_context", {"facts": {"phone": SECRET}}, at=NOON)
    path = AttachmentFactory(message=dialog.messages.get(), name=SECRET).path
    DialogMessage.objects.update(metadata={"words": SECRET}, entities={"name": SECRET})
    reply = posting.post(dialog, author=tenant.owner, text=f"Спасибо! {SECRET}", at=NOON)
    receipt = {"price": "1.5", "sources": [{"quote": SECRET}], "left_out": [], "model": {"usage": 7}}
    DialogMessage.objects.filter(pk=reply.pk).update(receipt=receipt)
    DialogNote.objects.create(tenant=tenant, dialog=dialog, author=tenant.owner, client_id="1", text=SECRET)
    rating.rate_dialog(dialog, rating=2, comment=SECRET)
    Contact.objects.filter(pk=dialog.contact_id).update(first_name="Анна", email="anna@example.com")

    with django_capture_on_commit_callbacks(execute=True):
        answer = call(client, visitor, "forget", {"confirm": True})

    dialog.refresh_from_db()
    messages = list(dialog.messages.order_by("seq"))
    kept = f"{[(m.text, m.metadata, m.entities, m.receipt) for m in messages]}{dialog.context_data}"
    contact = dialog.contact
    assert answer.json() == {"erased": 1}
    assert SECRET not in kept
    assert [message.seq for message in messages] == list(range(1, dialog.last_seq + 1))
    assert messages[1].receipt == {"price": "1.5", "model": {"usage": 7}, "sources": [], "left_out": []}
    assert (contact.first_name, contact.email, contact.metadata) == ("", "", {})
    assert (DialogNote.objects.count(), DialogRating.objects.get().comment, DialogRating.objects.get().rating) == (
        0,
        "",
        2,
    )
    assert (dialog.attachments.count(), default_storage.exists(path)) == (0, False)
    assert dialog.status == DialogStatus.CLOSED
    assert ContactIdentity.objects.count() == 0
    assert call(client, visitor, "history").json() == {"dialogs": []}


def test_of_two_visitors_only_the_one_who_asks_is_forgotten(client, visitor):
    say(visitor)
    other = visiting.Visitor(visitor.assistant, uuid4().hex)
    kept = say(other, "Остаюсь")

    call(client, visitor, "forget", {"confirm": True})

    assert kept.messages.get().text == "Остаюсь"
    assert other.dialog == kept
    assert Dialog.objects.count() == 2


def test_who_also_writes_elsewhere_stays_known_there(client, visitor, tenant):
    dialog = say(visitor)
    elsewhere = dialog_of(visitor.assistant, session="tg-1", platform=Channel.TELEGRAM)
    Contact.objects.filter(pk=elsewhere.contact_id).update(first_name="Анна")
    Dialog.objects.filter(pk=dialog.pk).update(contact_id=elsewhere.contact_id)

    call(client, visitor, "forget", {"confirm": True})

    assert Contact.objects.get(pk=elsewhere.contact_id).first_name == "Анна"


@pytest.mark.parametrize("body", [{}, {"confirm": False}, {"confirm": "maybe"}])
def test_nothing_is_erased_without_a_plain_yes(client, visitor, body):
    dialog = say(visitor)

    assert call(client, visitor, "forget", body).status_code == 400
    assert dialog.messages.get().text == SECRET


def test_a_known_customer_is_forgotten_with_all_devices(client, visitor):
    claim = identifying.Claim(user_id="1042", name="Анна")
    known = visiting.Visitor(visitor.assistant, identifying._key(visitor, claim))
    say(visitor)
    identifying._unite(visitor, known, claim, at=NOON)

    call(client, known, "forget", {"confirm": True})

    assert list(Contact.objects.values_list("first_name", "metadata")) == [("", {})]
    assert ContactIdentity.objects.count() == 0
