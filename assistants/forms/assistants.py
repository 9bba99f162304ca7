"""The editor of an assistant, and a draft of its next version."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from assistants import services
from assistants.choices import model_choices
from assistants.enums import ModelKind
from assistants.models import Assistant
from config.forms import LinesField


class AssistantForm(forms.ModelForm):  # type: ignore[type-arg]  # not generic at run time
    """What a seller decides about an assistant; a service saves it."""

    ai_model = forms.ChoiceField(label=_("Model"), required=False)
    embedding_model = forms.ChoiceField(
        label=_("Embedding model"),
        required=False,
        help_text=_(
            "Finds passages by meaning. Knowledge is read anew for another one; until then the old one serves."
        ),
    )
    suggested_questions = LinesField(
        label=_("Suggested questions"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("One per line, up to six. Visitors see them before they write."),
    )
    allowed_origins = LinesField(
        label=_("Your websites"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 2, "placeholder": "https://shop.example.ru"}),
        help_text=_("One address per line. Leave empty to allow the widget anywhere."),
    )

    class Meta:
        model = Assistant
        fields = [
            "name",
            "is_active",
            "system_prompt",
            "greeting",
            "suggested_questions",
            "fallback_text",
            "language_code",
            "ai_model",
            "embedding_model",
            "handoff_enabled",
            "answers_tickets",
            "website_integration_enabled",
            "allowed_origins",
        ]
        labels = {
            "name": _("Name"),
            "is_active": _("Answers customers"),
            "system_prompt": _("Instructions"),
            "greeting": _("Greeting"),
            "fallback_text": _("When there is no answer"),
            "language_code": _("Language"),
            "handoff_enabled": _("Hands over to a person when asked"),
            "answers_tickets": _("Answers new requests first"),
            "website_integration_enabled": _("Chat on the website"),
        }
        help_texts = {
            "name": _("Customers see it in the chat."),
            "system_prompt": _("Who the assistant is, how it speaks, what it must not promise."),
            "fallback_text": _("Said when the knowledge holds no answer. Empty: our usual words."),
        }
        widgets = {
            "system_prompt": forms.Textarea(attrs={"rows": 10}),
            "greeting": forms.Textarea(attrs={"rows": 2}),
            "fallback_text": forms.Textarea(attrs={"rows": 2}),
            "language_code": forms.Select(choices=[("ru", _("Russian")), ("en", _("English"))]),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["system_prompt"].max_length = 20_000  # type: ignore[attr-defined]  # a CharField
        for name, kind in (("ai_model", ModelKind.CHAT), ("embedding_model", ModelKind.EMBEDDING)):
            choices = model_choices(kind, chosen=getattr(self.instance, name))
            self.fields[name].choices = choices  # type: ignore[attr-defined]  # a ChoiceField

    def clean_suggested_questions(self) -> list[str]:
        """Keep them few and short."""
        return services.clean_questions(self.cleaned_data["suggested_questions"])

    def clean_allowed_origins(self) -> list[str]:
        """Take websites' addresses only."""
        return services.clean_origins(self.cleaned_data["allowed_origins"])

    def _post_clean(self) -> None:
        """Leave the instance as it is: a service writes, and compares with what was."""


class NewAssistantForm(forms.Form):
    """The least that makes an assistant."""

    name = forms.CharField(label=_("Name"), max_length=255, widget=forms.TextInput(attrs={"placeholder": _("Sofia")}))


class DraftForm(forms.Form):
    """Instructions and a model that nobody answers with yet."""

    system_prompt = forms.CharField(
        label=_("Instructions"),
        max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 18}),
        help_text=_("Who the assistant is, how it speaks, what it must not promise."),
    )
    ai_model = forms.ChoiceField(label=_("Model"), required=False)
    note = forms.CharField(
        label=_("What changed"),
        max_length=255,
        required=False,
        widget=forms.TextInput(attrs={"placeholder": _("For example: shorter answers, no discounts")}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        chosen = str(self.initial.get("ai_model") or "")
        self.fields["ai_model"].choices = model_choices(ModelKind.CHAT, chosen=chosen)  # type: ignore[attr-defined]  # a ChoiceField
