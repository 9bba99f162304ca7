"""The third and fourth of a new shop's first steps: knowledge, and a question to try it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.enums import FunnelStage
from accounts.models import StartPageEvent, Tenant, User
from accounts.ports import FirstStep
from assistants.models import Assistant
from assistants.ports import rehearse
from billing import services as billing
from config.db import new_uuid
from config.errors import DomainError
from knowledge.enums import DocumentStatus
from knowledge.models import Document
from knowledge.services import ingest_file, ingest_text

UNDER_WAY: Final = (DocumentStatus.UPLOADED, DocumentStatus.EXTRACTING, DocumentStatus.EMBEDDING)


class AssistantMissing(DomainError):
    """The step before was skipped."""

    code, status = "assistant_missing", 409
    message = gettext_lazy("Make an assistant first: it is the step before.")


class FirstKnowledgeForm(forms.Form):
    """A text, or a file."""

    text = forms.CharField(
        label=gettext_lazy("What do customers ask most often? Write the answers down as you would say them"),
        required=False,
        max_length=50_000,
        widget=forms.Textarea(attrs={"rows": 9}),
        help_text=gettext_lazy("Delivery, payment, returns, sizes, working hours. Ten lines are enough to begin."),
    )
    file = forms.FileField(label=gettext_lazy("Or a file: PDF, Word, Excel, text"), required=False)

    def clean(self) -> dict[str, Any]:
        """Ask for one of the two."""
        facts = super().clean() or {}
        if not facts.get("text", "").strip() and not facts.get("file"):
            raise ValidationError(_("Write something, or choose a file."))
        return facts


class TrialForm(forms.Form):
    """A question as a customer would ask it."""

    question = forms.CharField(label=gettext_lazy("Your question"), max_length=500)


def knowledge_form(tenant: Tenant, data: Any = None, files: Any = None) -> FirstKnowledgeForm:
    """Return the form of the third step."""
    return FirstKnowledgeForm(data, files)


def teach(tenant: Tenant, user: User, form: Any, at: datetime) -> Mapping[str, Any] | None:
    """Take in what was written and the file."""
    facts = form.cleaned_data
    if text := facts["text"].strip():
        ingest_text(tenant, assistant=None, title=_("What customers ask most"), text=text, created_by=user, at=at)
    if file := facts["file"]:
        ingest_file(tenant, assistant=None, filename=file.name, content=file, created_by=user, at=at)
    return None


def trial_form(tenant: Tenant, data: Any = None, files: Any = None) -> TrialForm:
    """Return the form of the fourth step."""
    return TrialForm(data, initial={"question": _("How long does delivery take?")})


def ask(tenant: Tenant, user: User, form: Any, at: datetime) -> Mapping[str, Any] | None:
    """Answer as a customer would be answered; the answer costs what it costs."""
    assistant = Assistant.objects.of(tenant).order_by("pk").first()
    if assistant is None:
        raise AssistantMissing
    question = form.cleaned_data["question"]
    given = rehearse(assistant, question, key=f"first-question:{new_uuid()}", at=at)
    if given.hold is not None:
        billing.capture(given.hold, at=at, description=question[:80])
    return {"question": question, "answer": given.text, "sources": given.sources, "is_refusal": given.is_refusal}


def progress(tenant: Tenant) -> dict[str, Any]:
    """Return how far the reading of documents has got."""
    rows = Document.objects.of(tenant)
    return {
        "reading": rows.filter(status__in=UNDER_WAY).count(),
        "ready": rows.filter(status=DocumentStatus.READY).count(),
        "failed": rows.filter(status=DocumentStatus.FAILED).order_by("-pk").first(),
    }


def _has_asked(tenant: Tenant) -> bool:
    steps = StartPageEvent.objects.filter(user=tenant.owner_id, event_type=FunnelStage.STEP_DONE, step=3)
    return tenant.owner_id is not None and steps.exists()


KNOWLEDGE: Final = FirstStep(
    number=2,
    title=gettext_lazy("Knowledge"),
    lead=gettext_lazy("The assistant answers only from what you give it, and says so when it does not know."),
    icon="knowledge",
    form=knowledge_form,
    carry_out=teach,
    is_done=lambda tenant: Document.objects.of(tenant).filter(archived_at=None).exists(),
)
TRIAL: Final = FirstStep(
    number=3,
    title=gettext_lazy("A question to try it"),
    lead=gettext_lazy("Ask as a customer would. Below the answer you see where it comes from."),
    icon="dialogs",
    form=trial_form,
    carry_out=ask,
    is_done=_has_asked,
    template="knowledge/first_question.html",
    context=progress,
)
