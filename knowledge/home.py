"""What knowledge shows on the dashboard's home page."""

from collections.abc import Iterator
from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import Tenant
from accounts.ports import Decision
from config.pages import count_up_to
from knowledge.enums import DocumentStatus
from knowledge.models import Document, KnowledgeEntry, KnowledgeFlag, KnowledgeGap


def decisions(tenant: Tenant, *, at: datetime) -> Iterator[Decision]:
    """Return what of the knowledge waits for somebody's word."""
    yield Decision(
        count=count_up_to(KnowledgeGap.objects.of(tenant).open()),
        label=_("Questions worth an article"),
        note=_("the assistant had no answer"),
        icon="edit",
        url=reverse("knowledge_gaps"),
    )
    yield Decision(
        count=count_up_to(KnowledgeEntry.objects.of(tenant).to_review()),
        label=_("Answers to review"),
        note=_("what your operators told customers"),
        icon="check",
        url=reverse("knowledge_answers"),
    )
    yield Decision(
        count=count_up_to(KnowledgeFlag.objects.of(tenant).open()),
        label=_("To check in the knowledge"),
        note=_("contradictions and old texts"),
        url=reverse("knowledge_flags"),
    )
    yield Decision(
        count=count_up_to(Document.objects.of(tenant).live().filter(status=DocumentStatus.FAILED)),
        label=_("Documents that could not be read"),
        icon="file",
        url=f"{reverse('knowledge')}?status={DocumentStatus.FAILED}",
        tone="danger",
    )
