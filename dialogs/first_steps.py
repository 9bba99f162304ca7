"""The fifth of a new shop's first steps: where customers write."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from django import forms
from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import Integration, Tenant, User
from accounts.ports import FirstStep, fulfilment_of
from assistants import services
from assistants.models import Assistant, BotInstance
from dialogs.models import Dialog


class SiteForm(forms.Form):
    """The site that shows the chat."""

    website = forms.URLField(
        label=_("Address of your site"),
        assume_scheme="https",
        required=False,
        widget=forms.URLInput(attrs={"placeholder": "https://example.com", "inputmode": "url"}),
        help_text=_("Then only this site may show the chat. Empty: any may."),
    )


def form(tenant: Tenant, data: Any = None, files: Any = None) -> SiteForm:
    """Return the form, with the site that the first step asked for."""
    return SiteForm(data, initial={"website": tenant.website})


def carry_out(tenant: Tenant, user: User, form: Any, at: datetime) -> Mapping[str, Any] | None:
    """Open the chat to the site."""
    assistant = Assistant.objects.of(tenant).order_by("pk").first()
    if assistant is not None:
        website = form.cleaned_data["website"]
        origins = services.clean_origins([website]) if website else []
        services.change_assistant(assistant, by=user, at=at, website_integration_enabled=True, allowed_origins=origins)
    return None


def context(tenant: Tenant) -> dict[str, Any]:
    """Return what to put on the site, and the other ways customers may write."""
    assistant = Assistant.objects.of(tenant).order_by("pk").first()
    others = [
        ("telegram", "Telegram", reverse("connect_telegram")),
        ("whatsapp", "WhatsApp", reverse("connect_whatsapp")),
        ("wildberries", "Wildberries", reverse("integrations")),
    ]
    ways = [(name, url) for key, name, url in others if fulfilment_of(key) or key == "wildberries"]
    snippet = f'<script src="{settings.BASE_URL}/widget/{assistant.uuid}.js" async></script>' if assistant else ""
    demo = reverse("widget_demo", args=[assistant.uuid]) if assistant else ""
    return {"snippet": snippet, "demo": demo, "ways": ways}


def _is_open(tenant: Tenant) -> bool:
    """Say whether a customer wrote, a bot runs, or a platform is connected."""
    return (
        BotInstance.objects.of(tenant).exists()
        or Integration.objects.of(tenant).filter(status="connected").exists()
        or Assistant.objects.of(tenant).on_websites().exclude(allowed_origins=[]).exists()
        or Dialog.objects.of(tenant).exists()
    )


STEP: Final = FirstStep(
    number=4,
    title=_("Where customers write"),
    lead=_("The chat on your site, a messenger, Wildberries: begin with one of them."),
    icon="send",
    form=form,
    carry_out=carry_out,
    is_done=_is_open,
    template="dialogs/first_channel.html",
    context=context,
)
