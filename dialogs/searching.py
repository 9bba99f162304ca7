"""Where the search of the whole shop looks among conversations."""

from typing import Final
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy as _

from accounts.models import Tenant
from accounts.ports import Hit, Searched
from dialogs.forms import DialogFilter
from dialogs.models import Dialog


def find(tenant: Tenant, words: str, most: int) -> list[Hit]:
    """Return the latest conversations in which a customer said these words or bears this name."""
    found = DialogFilter({"q": words}).apply(Dialog.objects.of(tenant)).select_related("contact").latest_first()[:most]
    return [
        Hit(title=dialog.contact.name, note=_note(dialog), url=reverse("dialog", args=[dialog.uuid]))
        for dialog in found
    ]


def _note(dialog: Dialog) -> str:
    at = dialog.last_message_at or dialog.created_at
    return f"{dialog.get_platform_display()} · {date_format(localtime(at), 'SHORT_DATETIME_FORMAT')}"


SEARCHED: Final = Searched(
    label=_("Dialogs"),
    icon="dialogs",
    find=find,
    all_url=lambda words: f"{reverse('dialogs')}?{urlencode({'q': words})}",
)
