"""What the Wildberries desk shows on the dashboard's home page."""

from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import Tenant
from accounts.ports import Card
from marketplace.models import Chat, Store


def chats_card(tenant: Tenant, *, at: datetime) -> Card | None:
    """Return how many buyers wait for an answer; nothing for a shop without a store on Wildberries."""
    if not Store.objects.of(tenant).exists():
        return None
    count = Chat.objects.of(tenant).needing_answer().count()
    url = f"{reverse('chats')}?show=needs_answer"
    tone = "warning" if count else ""
    label = _("Buyers' chats without an answer")
    return Card(label=label, value=str(count), note=_("on Wildberries"), icon="mail", url=url, tone=tone)


CARDS = (chats_card,)
