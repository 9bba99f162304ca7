"""Sets of examples."""

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from accounts.models import Tenant
from assistants import services
from assistants.models import Assistant, TrainingDataset, TrainingExample
from config.forms import LinesField

MAX_FILE = 5 * 1024 * 1024


class NewSetForm(forms.Form):
    """The least that makes a set."""

    name = forms.CharField(
        label=_("Name"), max_length=255, widget=forms.TextInput(attrs={"placeholder": _("Delivery and returns")})
    )
    description = forms.CharField(label=_("What it checks"), max_length=500, required=False)


class SetForm(forms.ModelForm):  # type: ignore[type-arg]  # not generic at run time
    """What a set is called, whom it tests, and whether it guards publishing; a service saves it."""

    class Meta:
        model = TrainingDataset
        fields = ["name", "description", "assistant", "is_required", "required_share"]
        labels = {
            "name": _("Name"),
            "description": _("What it checks"),
            "assistant": _("Assistant"),
            "is_required": _("A version must pass it before it is published"),
            "required_share": _("Share of examples to pass, in percent"),
        }
        help_texts = {"is_required": ""}
        widgets = {
            "description": forms.Textarea(attrs={"rows": 2}),
            "required_share": forms.NumberInput(attrs={"min": 1, "max": 100}),
        }

    def __init__(self, *args: Any, tenant: Tenant, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["assistant"]
        field.queryset = Assistant.objects.of(tenant).order_by("name")
        field.empty_label = _("All assistants")

    def clean_required_share(self) -> int:
        """Keep it a percentage."""
        share = int(self.cleaned_data["required_share"])
        if not 1 <= share <= 100:  # noqa: PLR2004 -- percent
            raise forms.ValidationError(_("From 1 to 100."))
        return share

    def _post_clean(self) -> None:
        """Leave the instance as it is: a service writes."""


class ExampleForm(forms.ModelForm):  # type: ignore[type-arg]  # not generic at run time
    """A question, the right answer, and the rules an answer is judged by."""

    expected_facts = LinesField(
        label=_("The answer names"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 3, "placeholder": _("490 roubles | 490 ₽")}),
        help_text=_("One fact per line, found in any form of its words within one sentence; “|” parts alternatives."),
    )
    forbidden_phrases = LinesField(
        label=_("The answer must not say"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("One phrase per line, found word after word."),
    )
    language_code = forms.ChoiceField(
        label=_("Language of the answer"),
        required=False,
        choices=[("", _("Any")), ("ru", _("Russian")), ("en", _("English"))],
    )

    class Meta:
        model = TrainingExample
        fields = [
            "input_text",
            "expected_output",
            "expected_facts",
            "forbidden_phrases",
            "expected_source",
            "must_refuse",
            "language_code",
        ]
        labels = {
            "input_text": _("The customer asks"),
            "expected_output": _("The right answer"),
            "expected_source": _("Stands on the document"),
            "must_refuse": _("The assistant must say that it does not know"),
        }
        help_texts = {
            "expected_output": _(
                "For fine-tuning and a judging model; without facts below answers are compared with it."
            ),
            "expected_source": _("Words of its title; it must be among what search finds."),
        }
        widgets = {
            "input_text": forms.Textarea(attrs={"rows": 2}),
            "expected_output": forms.Textarea(attrs={"rows": 4}),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["expected_output"].required = False
        for name in ("input_text", "expected_output"):
            self.fields[name].max_length = 20_000  # type: ignore[attr-defined]  # a CharField

    def clean_expected_facts(self) -> list[str]:
        """Keep them few and short."""
        return services.clean_lines(self.cleaned_data["expected_facts"])

    def clean_forbidden_phrases(self) -> list[str]:
        """Keep them few and short."""
        return services.clean_lines(self.cleaned_data["forbidden_phrases"])

    def clean(self) -> dict[str, Any]:
        """Want something to judge by."""
        given: dict[str, Any] = super().clean() or {}
        wanted = ("expected_output", "expected_facts", "forbidden_phrases", "expected_source", "must_refuse")
        if not any(given.get(name) for name in wanted):
            raise forms.ValidationError(
                _("Say what is right: an answer, a fact, a document, or that it must not know.")
            )
        return given

    def _post_clean(self) -> None:
        """Leave the instance as it is: a service writes."""


class ImportForm(forms.Form):
    """A file of examples."""

    file = forms.FileField(
        label=_("File"),
        widget=forms.FileInput(attrs={"accept": ".jsonl,.json,.csv"}),
        help_text=_("JSON lines (ours or OpenAI’s fine-tuning) or CSV with the columns question, answer, facts."),
    )

    def clean_file(self) -> "UploadedFile[Any]":
        """Refuse what is too large to read at once."""
        file: UploadedFile[Any] = self.cleaned_data["file"]
        if (file.size or 0) > MAX_FILE:
            raise forms.ValidationError(_("The file is larger than 5 MB."))
        return file


class CollectForm(forms.Form):
    """Whose dialogs to look through, and how far back."""

    assistant = forms.ModelChoiceField(label=_("Assistant"), queryset=Assistant.objects.none(), empty_label=None)
    days = forms.TypedChoiceField(
        label=_("Dialogs of the last"),
        coerce=int,
        initial=30,
        choices=[(7, _("7 days")), (30, _("30 days")), (90, _("90 days")), (365, _("year"))],
    )

    def __init__(self, *args: Any, tenant: Tenant, assistant: Assistant | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["assistant"]
        field.queryset = Assistant.objects.of(tenant).order_by("name")
        if assistant is not None:
            field.initial = assistant.pk
