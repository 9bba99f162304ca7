"""Where the search of the whole shop looks in the knowledge."""

from typing import Final
from urllib.parse import urlencode

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import Tenant
from accounts.ports import Hit, Searched
from knowledge.models import Document, KnowledgeEntry


def find_documents(tenant: Tenant, words: str, most: int) -> list[Hit]:
    """Return the documents in use with these words in their title or file name, the newest first."""
    named = Q(title__icontains=words) | Q(filename__icontains=words)
    return [
        Hit(
            title=document.title or document.filename,
            note=str(document.get_status_display()),
            url=reverse("knowledge_document", args=[document.uuid]),
        )
        for document in Document.objects.of(tenant).live().filter(named).newest_first()[:most]
    ]


def find_answers(tenant: Tenant, words: str, most: int) -> list[Hit]:
    """Return the answers with these words in their question or text."""
    said = Q(question__icontains=words) | Q(content__icontains=words)
    return [
        Hit(
            title=entry.question,
            note=entry.content[:100],
            url=f"{reverse('knowledge_answers')}?status={entry.status}#a-{entry.uuid}",
        )
        for entry in KnowledgeEntry.objects.of(tenant).filter(said).order_by("-pk")[:most]
    ]


DOCUMENTS: Final = Searched(
    label=_("Knowledge"),
    icon="file",
    find=find_documents,
    all_url=lambda words: f"{reverse('knowledge')}?{urlencode({'q': words})}",
)
ANSWERS: Final = Searched(
    label=_("Answers"), icon="check", find=find_answers, all_url=lambda words: reverse("knowledge_answers")
)
