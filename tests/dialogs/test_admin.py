"""Staff's pages of dialogs."""

import pytest
from django.urls import reverse

from dialogs.enums import DialogStatus, HandoffStatus, Sender
from tests.factories.accounts import UserFactory
from tests.factories.dialogs import DialogFactory, DialogRatingFactory, MessageFactory, MessageRatingFactory, RunFactory

pytestmark = pytest.mark.django_db
MODELS = ("contact", "contactidentity", "dialog", "dialogmessage", "answerrun", "dialograting", "messagerating")
FACTS = ("contactidentity", "dialogmessage", "answerrun", "dialograting", "messagerating")


@pytest.fixture
def staff(client):
    client.force_login(UserFactory(is_staff=True, is_superuser=True))
    return client


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("term", ["", "абв", "01a1f95c-e792-7cbb-ba16-df193d351caa"])
def test_every_list_opens_and_searches(staff, model, term):
    message = MessageFactory(sender=Sender.ASSISTANT)
    DialogRatingFactory(dialog=message.dialog)
    MessageRatingFactory(message=message)
    RunFactory(dialog=message.dialog)

    assert staff.get(reverse(f"admin:dialogs_{model}_changelist"), {"q": term}).status_code == 200


def test_a_dialog_is_found_by_its_uuid(staff):
    wanted, _ = DialogFactory.create_batch(2)

    response = staff.get(reverse("admin:dialogs_dialog_changelist"), {"q": str(wanted.uuid)})

    assert list(response.context["cl"].result_list) == [wanted]


def test_a_dialog_opens(staff):
    dialog = DialogRatingFactory().dialog

    assert staff.get(reverse("admin:dialogs_dialog_change", args=[dialog.pk])).status_code == 200


@pytest.mark.parametrize("model", [*FACTS, "dialog"])
def test_facts_are_not_added_by_hand(staff, model):
    assert staff.get(reverse(f"admin:dialogs_{model}_add")).status_code == 403


@pytest.mark.parametrize(
    ("action", "status", "handoff"),
    [
        ("close_dialogs", DialogStatus.CLOSED, HandoffStatus.NONE),
        ("request_person", DialogStatus.ESCALATED, HandoffStatus.REQUESTED),
    ],
)
def test_actions_move_dialogs_by_services(staff, sleeping_workers, action, status, handoff):
    dialog = DialogFactory()

    staff.post(reverse("admin:dialogs_dialog_changelist"), {"action": action, "_selected_action": [dialog.pk]})

    dialog.refresh_from_db()
    assert (dialog.status, dialog.handoff_status, dialog.last_seq) == (status, handoff, 1)


def test_closing_what_is_closed_is_a_message_not_an_error(staff, sleeping_workers):
    dialog = DialogFactory(status=DialogStatus.CLOSED, closed_at="2026-11-20T12:00:00Z")

    response = staff.post(
        reverse("admin:dialogs_dialog_changelist"),
        {"action": "close_dialogs", "_selected_action": [dialog.pk]},
        follow=True,
    )

    assert "messagelist" in response.content.decode() or response.context["messages"]
