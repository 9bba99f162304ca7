"""The second of a new shop's first steps: its assistant."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Tenant, User
from accounts.ports import FirstStep
from assistants import services
from assistants.models import Assistant

TONES: Final = {
    "friendly": gettext_lazy("Warm: as a good salesperson"),
    "formal": gettext_lazy("Formal: to the point, with “you” in capitals"),
    "short": gettext_lazy("Short: an answer and nothing else"),
}
WORDS: Final = {
    "friendly": "Отвечай тепло и просто, как внимательный продавец; помогай выбрать.",
    "formal": "Отвечай вежливо и по делу, на «Вы» с заглавной буквы, без восклицаний.",
    "short": "Отвечай одним-двумя предложениями, только то, о чём спросили.",
}


class FirstAssistantForm(forms.Form):
    """How the assistant is called and how it speaks."""

    name = forms.CharField(label=gettext_lazy("What is it called?"), max_length=80)
    tone = forms.ChoiceField(
        label=gettext_lazy("How does it speak?"), choices=list(TONES.items()), widget=forms.RadioSelect
    )
    greeting = forms.CharField(
        label=gettext_lazy("Its first words"), max_length=300, widget=forms.Textarea(attrs={"rows": 2})
    )


def form(tenant: Tenant, data: Any = None, files: Any = None) -> FirstAssistantForm:
    """Return the form, with what the shop's assistant is like already."""
    known = _assistant(tenant)
    initial = {
        "name": known.name if known else _("Assistant"),
        "greeting": (known.greeting if known else "") or _("Hello! Ask about goods, delivery or returns."),
        "tone": "friendly",
    }
    return FirstAssistantForm(data, initial=initial)


def carry_out(tenant: Tenant, user: User, form: Any, at: datetime) -> Mapping[str, Any] | None:
    """Make the assistant, or give the one there is its name and voice."""
    facts = form.cleaned_data
    fields = {"name": facts["name"], "greeting": facts["greeting"]}
    known = _assistant(tenant)
    if known is None:
        prompt = f"Ты отвечаешь покупателям магазина «{tenant.name}». {WORDS[facts['tone']]}"
        services.create_assistant(
            tenant, by=user, system_prompt=prompt, language_code=tenant.language_code[:2], **fields
        )
    else:
        services.change_assistant(known, by=user, at=at, **fields)
    return None


def _assistant(tenant: Tenant) -> Assistant | None:
    return Assistant.objects.of(tenant).order_by("pk").first()


STEP: Final = FirstStep(
    number=1,
    title=gettext_lazy("Your assistant"),
    lead=gettext_lazy("It answers in your shop's name; everything about it can be changed later."),
    icon="assistants",
    form=form,
    carry_out=carry_out,
    is_done=lambda tenant: Assistant.objects.of(tenant).exists(),
)
