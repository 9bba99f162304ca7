"""What people fill in on the workbench."""

from typing import Any

from django import forms
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Tenant
from knowledge.enums import EntryStatus, GapStatus, Source
from knowledge.forms import ForAssistant, TextForm
from knowledge.models import Document, KnowledgeEmbeddingQuerySet
from knowledge.search import MAX_LIMIT

LONGEST_QUESTION = 2_000


class PassageFilter(ForAssistant):
    """Which passages to show."""

    STATES = (
        ("", _("Any state")),
        ("enabled", _("Found by search")),
        ("disabled", _("Switched off")),
        ("pinned", _("Pinned")),
        ("edited", _("Edited")),
        ("unused", _("Never quoted")),
    )
    q = forms.CharField(label=_("Search"), max_length=100, required=False)
    document = forms.ModelChoiceField(Document.objects.none(), to_field_name="uuid", required=False)
    source = forms.ChoiceField(label=_("Source"), choices=[("", _("Any source")), *Source.choices], required=False)
    state = forms.ChoiceField(label=_("State"), choices=STATES, required=False)

    def __init__(self, *args: Any, tenant: Tenant, **kwargs: Any) -> None:
        super().__init__(*args, tenant=tenant, **kwargs)
        field: Any = self.fields["document"]
        field.queryset = Document.objects.of(tenant)

    @property
    def chosen(self) -> dict[str, Any]:
        """Return what narrows the list."""
        return {name: value for name, value in self.cleaned_data.items() if value} if self.is_valid() else {}

    def apply(self, rows: KnowledgeEmbeddingQuerySet) -> KnowledgeEmbeddingQuerySet:
        """Keep the passages that match."""
        chosen = self.chosen
        if words := chosen.get("q"):
            rows = rows.filter(Q(chunk_text__icontains=words) | Q(title__icontains=words))
        for name in ("document", "assistant", "source"):
            if name in chosen:
                rows = rows.filter(**{name: chosen[name]})
        match chosen.get("state"):
            case "enabled":
                return rows.filter(is_enabled=True)
            case "disabled":
                return rows.filter(is_enabled=False)
            case "pinned":
                return rows.filter(is_pinned=True)
            case "edited":
                return rows.filter(edited_at__isnull=False)
            case "unused":
                return rows.filter(use=None)
        return rows


class PassageForm(forms.Form):
    """The words of a passage."""

    title = forms.CharField(label=_("Title"), max_length=255, required=False)
    text = forms.CharField(label=_("Text"), max_length=20_000, widget=forms.Textarea(attrs={"rows": 14}))
    expected = forms.CharField(max_length=64, required=False, widget=forms.HiddenInput)


class QuestionForm(ForAssistant):
    """A question to try the knowledge with, and another wording to compare it with."""

    question = forms.CharField(label=_("Question"), max_length=LONGEST_QUESTION)
    other = forms.CharField(label=_("Another wording, to compare"), max_length=LONGEST_QUESTION, required=False)
    limit = forms.IntegerField(min_value=1, max_value=MAX_LIMIT, required=False, widget=forms.HiddenInput)
    field_order = ("question", "other", "assistant")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["assistant"]
        field.label, field.required, field.empty_label = _("Assistant"), True, None


class ExpectationForm(ForAssistant):
    """A question to keep, and where its answer stands: a passage, or nowhere."""

    question = forms.CharField(max_length=LONGEST_QUESTION)
    passage = forms.UUIDField(required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["assistant"].required = True


class GapFilter(ForAssistant):
    """Which unanswered questions to show."""

    status = forms.ChoiceField(choices=GapStatus.choices, required=False)

    @property
    def chosen_status(self) -> str:
        """Return the state shown; at first what is open."""
        return (self.cleaned_data.get("status") if self.is_valid() else "") or GapStatus.OPEN.value


class ArticleForm(TextForm):
    """An article that answers customers' questions."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["text"].widget.attrs |= {"rows": 14, "autofocus": True}


class AnswerFilter(forms.Form):
    """Which answers to show."""

    status = forms.ChoiceField(choices=EntryStatus.choices, required=False)
    q = forms.CharField(label=_("Search"), max_length=100, required=False)

    @property
    def chosen_status(self) -> str:
        """Return the state shown; at first what waits for review."""
        return (self.cleaned_data.get("status") if self.is_valid() else "") or EntryStatus.PROPOSED.value


class NewAnswerForm(ForAssistant):
    """A question and its answer, for one assistant or for all."""

    question = forms.CharField(
        label=_("Question"),
        max_length=1_000,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("The first line is how you would put it; further lines are other ways in which customers ask."),
    )
    answer = forms.CharField(label=_("Answer"), max_length=8_000, widget=forms.Textarea(attrs={"rows": 5}))
    field_order = ("question", "answer", "assistant")


class ValidityForm(forms.Form):
    """Until when a document holds; empty for ever."""

    valid_until = forms.DateField(required=False)
