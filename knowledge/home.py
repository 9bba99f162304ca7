"""What knowledge shows on the dashboard's home page."""

from datetime import datetime

from django.db.models import Sum
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import Tenant
from accounts.ports import Card
from knowledge.models import KnowledgeEntry, KnowledgeFlag, KnowledgeGap


def gaps_card(tenant: Tenant, *, at: datetime) -> Card | None:
    """Return how many questions wait for an article."""
    rows = KnowledgeGap.objects.of(tenant).open()
    count = rows.count()
    if not count:
        return None
    asked = rows.aggregate(asked=Sum("asked_count"))["asked"]
    note = ngettext("asked %(count)s time", "asked %(count)s times", asked) % {"count": asked}
    url = reverse("knowledge_gaps")
    return Card(label=_("Worth an article"), value=str(count), note=note, icon="edit", url=url, tone="warning")


def answers_card(tenant: Tenant, *, at: datetime) -> Card | None:
    """Return how many answers of operators wait for somebody's word."""
    count = KnowledgeEntry.objects.of(tenant).to_review().count()
    if not count:
        return None
    note = _("what your operators told customers")
    return Card(
        label=_("Answers to review"), value=str(count), note=note, icon="check", url=reverse("knowledge_answers")
    )


def flags_card(tenant: Tenant, *, at: datetime) -> Card | None:
    """Return how many contradictions and old texts are to be checked."""
    count = KnowledgeFlag.objects.of(tenant).open().count()
    if not count:
        return None
    note = _("contradictions and old texts")
    return Card(
        label=_("To check in the knowledge"), value=str(count), note=note, icon="alert", url=reverse("knowledge_flags")
    )


CARDS = (gaps_card, answers_card, flags_card)
