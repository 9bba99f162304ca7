"""The editor of an assistant."""

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from assistants import services
from assistants.enums import ModelKind, Provider
from assistants.models import AiModel, Assistant


class LinesField(forms.CharField):
    """A list, one entry per line."""

    widget = forms.Textarea

    def prepare_value(self, value: Any) -> Any:
        """Show the list as lines."""
        return "\n".join(value) if isinstance(value, list) else value

    def to_python(self, value: Any) -> Any:
        """Read lines as a list."""
        return [line.strip() for line in (super().to_python(value) or "").splitlines() if line.strip()]

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Compare as lists."""
        return bool(list(initial or []) != self.to_python(data))


class AssistantForm(forms.ModelForm):  # type: ignore[type-arg]  # not generic at run time
    """What a seller decides about an assistant; a service saves it."""

    ai_model = forms.ChoiceField(label=_("Model"), required=False)
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
        field = self.fields["ai_model"]
        field.choices = model_choices(chosen=self.instance.ai_model)  # type: ignore[attr-defined]  # a ChoiceField

    def clean_suggested_questions(self) -> list[str]:
        """Keep them few and short."""
        return services.clean_questions(self.cleaned_data["suggested_questions"])

    def clean_allowed_origins(self) -> list[str]:
        """Take websites' addresses only."""
        return services.clean_origins(self.cleaned_data["allowed_origins"])

    def _post_clean(self) -> None:
        """Leave the instance as it is: a service writes, and compares with what was."""


def model_choices(*, chosen: str) -> list[tuple[str, Any]]:
    """Return the chat models that run, and the chosen one even if it does not."""
    running = AiModel.objects.of_kind(ModelKind.CHAT).running(on=timezone.now().date())
    listed = running.exclude(provider=Provider.EMBEDDED).order_by("provider", "name")
    choices: list[tuple[str, Any]] = [("", _("The best one available"))]
    choices += [(model.name, f"{model} · {model.get_provider_display()}") for model in listed]
    if chosen and chosen not in dict(choices):
        choices.append((chosen, chosen))
    return choices


class NewAssistantForm(forms.Form):
    """The least that makes an assistant."""

    name = forms.CharField(label=_("Name"), max_length=255, widget=forms.TextInput(attrs={"placeholder": _("Sofia")}))
