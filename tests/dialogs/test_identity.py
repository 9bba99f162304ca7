"""A visitor becomes a customer whom the shop's server vouches for, and nobody else does."""

import hashlib
import hmac
from datetime import timedelta

import pytest
from django.urls import reverse

from assistants.services import renew_identity_secret, withdraw_identity_secret
from dialogs.enums import Channel, DialogStatus
from dialogs.models import Contact, ContactIdentity, Dialog
from dialogs.services import visiting
from tests.dialogs.conftest import NOON
from tests.factories.assistants import AssistantFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("sleeping_workers")]
ANNA = {"user_id": "1042", "name": "Анна Ким", "email": "anna@example.com", "phone": "+7 900 000-00-00"}


@pytest.fixture
def secret(assistant):
    return renew_identity_secret(assistant, at=NOON)


def signed(secret, fields=ANNA):
    """Sign as docs/widget.md tells shops to."""
    lines = [fields.get(name, "") for name in ("user_id", "name", "email", "phone")]
    text = "\n".join(lines).rstrip("\n")
    return {**fields, "signature": hmac.new(secret.encode(), text.encode(), hashlib.sha256).hexdigest()}


def identify(client, assistant, fields, *, key="0a"):
    token = visiting.issue_token(assistant, key)
    address = reverse("widget_identify", args=[assistant.uuid])
    return client.post(address, fields, content_type="application/json", headers={"authorization": f"Visitor {token}"})


def visitor_from(assistant, answer):
    return visiting.visitor_of(assistant, answer.json()["token"])


def say(assistant, key, text="Где мой заказ?"):
    return visiting.say(visiting.Visitor(assistant, key), text=text, client_id=f"m-{key}", at=NOON).message.dialog


def test_a_nameless_conversation_becomes_the_customers(client, assistant, secret):
    dialog = say(assistant, "0a")
    nameless = dialog.contact

    answer = identify(client, assistant, signed(secret))

    dialog.refresh_from_db()
    assert answer.status_code == 200
    assert visitor_from(assistant, answer).dialog == dialog
    contact = dialog.contact
    assert (contact.name, contact.email, contact.phone) == ("Анна Ким", ANNA["email"], ANNA["phone"])
    assert contact.metadata["user_id"] == "1042"
    assert contact.identities.count() == 2
    assert not Contact.objects.filter(pk=nameless.pk).exists()


def test_the_customer_goes_on_where_they_were_on_another_device(client, assistant, secret):
    phone = visitor_from(assistant, identify(client, assistant, signed(secret), key="0a"))
    dialog = say(assistant, phone.key)

    laptop = visitor_from(assistant, identify(client, assistant, signed(secret), key="0b"))

    assert (laptop.key, laptop.dialog) == (phone.key, dialog)
    assert Contact.objects.count() == 1


def test_of_two_conversations_the_customers_own_goes_on_and_the_nameless_one_ends_up_in_their_history(
    client, assistant, secret
):
    known = visitor_from(assistant, identify(client, assistant, signed(secret), key="0a"))
    own, nameless = say(assistant, known.key), say(assistant, "0b")

    identify(client, assistant, signed(secret), key="0b")

    assert list(known.dialogs.open()) == [own]
    assert set(known.dialogs) == {own, nameless}
    nameless.refresh_from_db()
    assert (nameless.status, nameless.contact) == (DialogStatus.CLOSED, own.contact)


def test_two_people_at_one_computer_are_kept_apart(client, assistant, secret):
    anna = visitor_from(assistant, identify(client, assistant, signed(secret), key="0a"))
    dialog = say(assistant, anna.key)

    oleg = visitor_from(assistant, identify(client, assistant, signed(secret, {"user_id": "7"}), key=anna.key))

    dialog.refresh_from_db()
    assert oleg.dialog is None
    assert (dialog.session_id, dialog.contact.metadata["user_id"]) == (anna.key, "1042")


def test_what_the_shop_leaves_out_stays_as_it_was(client, assistant, secret):
    identify(client, assistant, signed(secret))

    identify(client, assistant, signed(secret, {"user_id": "1042"}))

    contact = Contact.objects.get()
    assert (contact.name, contact.email) == ("Анна Ким", ANNA["email"])


@pytest.mark.parametrize(
    "change",
    [
        {"signature": "0" * 64},
        {"user_id": "1"},
        {"email": "eve@example.com"},
        {"phone": ""},
        {"name": "", "email": "Анна Ким"},
    ],
)
def test_a_wrong_signature_is_refused_and_the_visitor_stays_nameless(client, assistant, secret, change):
    dialog = say(assistant, "0a")

    answer = identify(client, assistant, {**signed(secret), **change})

    assert answer.status_code in {400, 403}
    assert answer.json()["code"] in {"identity_refused", "invalid"}
    dialog.refresh_from_db()
    assert (dialog.session_id, dialog.contact.email) == ("0a", "")
    assert ContactIdentity.objects.filter(platform=Channel.WIDGET).count() == 1


@pytest.mark.parametrize(
    "fields",
    [{"user_id": ""}, {"user_id": "1\n2"}, {"user_id": "x" * 201}, {"email": "no mail"}, {"name": "a\u0000"}, {}],
)
def test_what_cannot_be_signed_is_unreadable(client, assistant, secret, fields):
    answer = identify(client, assistant, {"signature": "0" * 64, **({"user_id": "1"} if fields else {}), **fields})

    assert answer.status_code == 400


def test_a_new_secret_ends_the_old_one_and_without_one_nobody_is_identified(client, assistant, secret):
    fresh = renew_identity_secret(assistant, at=NOON + timedelta(days=1))
    answers = [identify(client, assistant, signed(which)).status_code for which in (secret, fresh)]
    withdraw_identity_secret(assistant)
    off = identify(client, assistant, signed(fresh))

    assert answers == [403, 200]
    assert (off.status_code, off.json()["code"]) == (409, "identity_off")


def test_the_signature_of_one_assistant_is_worth_nothing_to_another(client, assistant, secret):
    other = AssistantFactory(tenant=assistant.tenant)
    renew_identity_secret(other, at=NOON)

    assert identify(client, other, signed(secret)).status_code == 403


def test_one_user_id_at_two_assistants_is_two_customers(client, assistant, secret):
    other = AssistantFactory(tenant=assistant.tenant)
    theirs = renew_identity_secret(other, at=NOON)

    keys = {
        identify(client, assistant, signed(secret)).json()["visitor"],
        identify(client, other, signed(theirs)).json()["visitor"],
    }

    assert len(keys) == 2


def test_the_secret_is_kept_encrypted_and_moves_to_a_new_key(assistant, secret):
    assistant.refresh_from_db()

    assert secret.encode() not in bytes(assistant.identity_secret_encrypted)
    assert assistant.open_identity_secret() == secret


def test_guessing_is_slowed_down(client, assistant, secret, monkeypatch):
    monkeypatch.setattr("dialogs.services.identifying.IDENTIFY_RATE", "2/minute")

    answers = [identify(client, assistant, {**ANNA, "signature": "0" * 64}, key="guess").status_code for _ in range(3)]

    assert answers == [403, 403, 429]


@pytest.mark.parametrize(
    ("context", "status"),
    [
        ({"order": "1042", "page": "Корзина", "sum": 5990}, 200),
        ({f"f{number}": "x" for number in range(21)}, 400),
        ({"<b>": "x"}, 400),
        ({"x": "y" * 301}, 400),
        ({"x": "a\u0000"}, 400),
        ([1], 400),
        ("text", 400),
    ],
)
def test_the_page_says_a_few_short_facts_about_the_visit(client, assistant, context, status):
    dialog = say(assistant, "0a")
    Dialog.objects.update(context_data={"kept": 1})
    headers = {"authorization": f"Visitor {visiting.issue_token(assistant, '0a')}"}
    body = {"command": "set_context", "facts": context}

    answer = client.post(
        reverse("widget_command", args=[assistant.uuid]), body, content_type="application/json", headers=headers
    )

    dialog.refresh_from_db()
    assert answer.status_code == status
    page = {name: str(fact) for name, fact in context.items()} if status == 200 else None
    assert dialog.context_data == {"kept": 1, **({"page": page} if page else {})}
