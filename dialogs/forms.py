"""What a seller asks of the list of dialogs, and what connecting a messenger takes."""

from datetime import datetime, time, timedelta
from typing import Any, Final, cast

from django import forms
from django.db.models import Q
from django.utils.timezone import make_aware
from django.utils.translation import gettext_lazy as _

from accounts.models import Tenant
from assistants.models import Assistant
from dialogs.enums import Channel, DialogStatus, Ending, HandoffStatus, Sender
from dialogs.models import DialogMessage, DialogQuerySet

RECENT_MESSAGES: Final = 20_000
SHORTEST_SEARCH: Final = 2
DAY: Final = timedelta(days=1)


class DialogFilter(forms.Form):
    """Filters of the list, from the address; nonsense in them is ignored."""

    q = forms.CharField(label=_("Search"), max_length=100, required=False)
    status = forms.ChoiceField(
        label=_("Status"), required=False, choices=[("", _("Any status")), *DialogStatus.choices]
    )
    platform = forms.ChoiceField(label=_("Channel"), required=False, choices=[("", _("Any channel")), *Channel.choices])
    handoff = forms.ChoiceField(
        label=_("Who answers"), required=False, choices=[("", _("Whoever answers")), *HandoffStatus.choices]
    )
    ending = forms.ChoiceField(
        label=_("How it went"), required=False, choices=[("", _("However it went")), *Ending.choices]
    )
    since = forms.DateField(label=_("Begun from"), required=False)
    until = forms.DateField(label=_("Begun up to"), required=False)
    gaps = forms.BooleanField(label=_("Without an answer"), required=False)

    @property
    def chosen(self) -> dict[str, Any]:
        """Return the filters that are set and make sense."""
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value}

    def apply(self, dialogs: DialogQuerySet) -> DialogQuerySet:
        """Return the dialogs that pass.

        Words are searched in the tenant's latest ``RECENT_MESSAGES`` customer
        messages, so that a search stays quick however old the shop is.
        """
        chosen = self.chosen
        if "status" in chosen:
            dialogs = dialogs.filter(status=chosen["status"])
        if "platform" in chosen:
            dialogs = dialogs.filter(platform=chosen["platform"])
        if "handoff" in chosen:
            dialogs = dialogs.filter(handoff_status=chosen["handoff"])
        if "gaps" in chosen:
            dialogs = dialogs.filter(fallback=True)
        if "ending" in chosen:
            dialogs = dialogs.that_went(chosen["ending"])
        if "since" in chosen:
            dialogs = dialogs.filter(created_at__gte=make_aware(datetime.combine(chosen["since"], time.min)))
        if "until" in chosen:
            dialogs = dialogs.filter(created_at__lt=make_aware(datetime.combine(chosen["until"], time.min)) + DAY)
        if len(chosen.get("q", "")) >= SHORTEST_SEARCH:
            dialogs = dialogs.filter(self._mentions(dialogs, chosen["q"]))
        return dialogs

    def _mentions(self, dialogs: DialogQuerySet, words: str) -> Q:
        tenants = dialogs.order_by().values("tenant_id")[:1]
        recent = DialogMessage.objects.filter(tenant_id__in=tenants, sender=Sender.CUSTOMER).order_by("-created_at")
        said = DialogMessage.objects.filter(pk__in=recent.values("pk")[:RECENT_MESSAGES], text__icontains=words)
        named = Q()
        for word in words.split():
            named &= Q(contact__first_name__icontains=word) | Q(contact__last_name__icontains=word)
        return Q(pk__in=cast("Any", said.values("dialog_id"))) | named | Q(contact__email__iexact=words)


class MessengerForm(forms.Form):
    """What every connection to a messenger asks."""

    assistant = forms.ModelChoiceField(
        label=_("Assistant"), queryset=Assistant.objects.none(), help_text=_("Who answers there.")
    )
    name = forms.CharField(
        label=_("What to call it"), max_length=255, required=False, help_text=_("Empty: its own name.")
    )

    def __init__(self, *args: Any, tenant: Tenant, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = cast("forms.ModelChoiceField[Assistant]", self.fields["assistant"])
        field.queryset = Assistant.objects.of(tenant).order_by("name")
        field.empty_label = None


def _secret(label: Any, **options: Any) -> forms.CharField:
    widget = forms.PasswordInput(attrs={"autocomplete": "new-password", "spellcheck": "false"})
    return forms.CharField(label=label, max_length=512, widget=widget, **options)


class TelegramForm(MessengerForm):
    """A bot of Telegram."""

    token = _secret(_("Token"), help_text=_("Looks like 123456789:AAE… It is kept encrypted and never shown."))
    field_order = ("token", "assistant", "name")


class WhatsAppForm(MessengerForm):
    """A number of WhatsApp's Cloud API."""

    phone_number_id = forms.RegexField(
        r"^\d{5,30}$", label=_("Phone number ID"), help_text=_("Digits, not the number.")
    )
    access_token = _secret(_("Access token"))
    app_secret = _secret(_("App secret"), help_text=_("With it Meta signs what it sends, so that nobody can forge it."))
    field_order = ("phone_number_id", "access_token", "app_secret", "assistant", "name")
