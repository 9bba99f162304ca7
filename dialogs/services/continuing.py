"""A website's conversation that goes on in Telegram: a signed link, and what it does when it is followed."""

from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import transaction
from django.utils.crypto import constant_time_compare, salted_hmac

from assistants.enums import BotPlatform
from assistants.models import BotInstance
from config.errors import DomainError
from dialogs import ports
from dialogs.enums import HandoffReason
from dialogs.models import Dialog
from dialogs.services.handing import request_person

SALT: Final = "otklik.continue"
MARK: Final = "go_"
SIGNATURE: Final = 24  # of the 64 characters that a payload of /start may have
FORMER: Final = "continues"


def link_of(dialog: Dialog) -> str:
    """Return the address where ``dialog`` goes on in Telegram, or nothing when its assistant is not there."""
    if dialog.assistant_id is None:
        return ""
    bots = BotInstance.objects.active().filter(
        tenant_id=dialog.tenant_id, assistant_id=dialog.assistant_id, platform=BotPlatform.TELEGRAM
    )
    name = bots.exclude(username="").order_by("pk").values_list("username", flat=True).first()
    return f"https://t.me/{name}?start={payload_of(dialog)}" if name else ""


def payload_of(dialog: Dialog) -> str:
    """Return what names ``dialog`` to the bot and cannot be made up."""
    return f"{MARK}{dialog.uuid.hex}_{_signature(dialog.uuid.hex)}"


@transaction.atomic
def follow(dialog: Dialog, *, payload: str, at: datetime) -> bool:
    """Go on in ``dialog`` with the conversation of ``payload``, if that still waits for a person; say whether so."""
    former = _former(dialog, payload)
    if former is None or former.pk == dialog.pk:
        return False
    try:
        with transaction.atomic():
            ports.choose(former, "telegram", at=at)
    except (DomainError, LookupError):  # it was taken, closed, or followed before
        return False
    dialog.context_data = {**dialog.context_data, FORMER: str(former.uuid)}
    Dialog.objects.filter(pk=dialog.pk).update(context_data=dialog.context_data)
    request_person(dialog, reason=HandoffReason.CUSTOMER_ASKED, at=at)
    return True


def _former(dialog: Dialog, payload: str) -> Dialog | None:
    name, _, signature = payload.removeprefix(MARK).partition("_")
    if not payload.startswith(MARK) or not constant_time_compare(signature, _signature(name)):
        return None
    return Dialog.objects.filter(tenant_id=dialog.tenant_id, assistant=dialog.assistant, uuid=UUID(name)).first()


def _signature(name: str) -> str:
    return salted_hmac(SALT, name, algorithm="sha256").hexdigest()[:SIGNATURE]
