"""What a seller asks of the list of dialogs, and what connecting a messenger takes."""

from datetime import datetime, time, timedelta
from typing import Any, Final, cast

from django import forms
from django.db.models import Q
from django.http import QueryDict
from django.utils.timezone import make_aware
from django.utils.translation import gettext_lazy as _

from accounts.models import Tenant
from assistants.models import Assistant
from assistants.services import clean_origins, clean_questions
from config.forms import LinesField
from dialogs.appearance import HEX, LONGEST_LAUNCHER, LONGEST_LINE, MOST_PATHS, Appearance, clean_paths
from dialogs.enums import Channel, DialogStatus, Ending, HandoffStatus, Sender
from dialogs.models import DialogMessage, DialogQuerySet

RECENT_MESSAGES: Final = 20_000
SHORTEST_SEARCH: Final = 2
OWN_FIELDS: Final = ("greeting", "suggested_questions", "allowed_origins", "website_integration_enabled")
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


class LookForm(forms.Form):
    """How a widget looks and where it may stand; ``changes`` are for the service that saves."""

    website_integration_enabled = forms.BooleanField(label=_("Chat on the website"), required=False)
    color = forms.RegexField(HEX, label=_("Colour"), widget=forms.TextInput(attrs={"type": "color"}))
    theme = forms.ChoiceField(
        label=_("Theme"),
        choices=[("auto", _("As on the visitor’s device")), ("light", _("Light")), ("dark", _("Dark"))],
    )
    position = forms.ChoiceField(label=_("Place"), choices=[("right", _("Right")), ("left", _("Left"))])
    language = forms.ChoiceField(
        label=_("Language of buttons"),
        choices=[
            ("", _("The assistant’s")), ("auto", _("The visitor’s browser")), ("ru", _("Russian")), ("en", _("English"))
        ],
        required=False,
    )  # fmt: skip
    title = forms.CharField(label=_("Title"), max_length=LONGEST_LINE, required=False)
    subtitle = forms.CharField(label=_("Line below the title"), max_length=LONGEST_LINE, required=False)
    launcher = forms.CharField(
        label=_("Words on the button"),
        max_length=LONGEST_LAUNCHER,
        required=False,
        help_text=_("Empty: the icon alone."),
    )
    greeting = forms.CharField(
        label=_("Greeting"), max_length=2_000, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )
    suggested_questions = LinesField(
        label=_("Suggested questions"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("One per line; the first four are shown."),
    )
    consent_text = forms.CharField(
        label=_("Consent line"),
        max_length=300,
        required=False,
        help_text=_("Below the message field. Empty: that an AI assistant answers."),
    )
    consent_url = forms.URLField(
        label=_("Link of the consent line"), max_length=500, required=False, assume_scheme="https"
    )
    hidden_on = LinesField(
        label=_("Hidden on pages"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 2, "placeholder": "/checkout\n/account/*"}),
        help_text=_("One path per line; * at the end means everything below."),
    )
    allowed_origins = LinesField(
        label=_("Your websites"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 2, "placeholder": "https://shop.example.ru"}),
        help_text=_("Exact addresses, one per line; with www and without are two. Empty: any website."),
    )

    def __init__(self, data: QueryDict | None = None, *, assistant: Assistant) -> None:
        self.assistant = assistant
        look = Appearance.of(assistant).as_json()
        chosen = assistant.widget_settings if isinstance(assistant.widget_settings, dict) else {}
        own = {name: getattr(assistant, name) for name in OWN_FIELDS}
        title = look["title"] if look["title"] != assistant.name else ""
        language = chosen.get("language") if chosen.get("language") in {"auto", "ru", "en"} else ""
        super().__init__(data, initial={**look, **own, "title": title, "language": language})
        self.fields["title"].widget.attrs["placeholder"] = assistant.name

    def clean_suggested_questions(self) -> list[str]:
        """Keep them few and short."""
        return clean_questions(self.cleaned_data["suggested_questions"])

    def clean_allowed_origins(self) -> list[str]:
        """Take websites' addresses only."""
        return clean_origins(self.cleaned_data["allowed_origins"])

    def clean_hidden_on(self) -> list[str]:
        """Take paths of pages; of whole addresses, their paths."""
        given = self.cleaned_data["hidden_on"]
        cleaned = clean_paths(given)
        if len(cleaned) < len(set(given)):
            raise forms.ValidationError(_("Write paths that begin with /, at most %(count)d.") % {"count": MOST_PATHS})
        return cleaned

    def clean_consent_url(self) -> str:
        """Take https alone: the chat shows no other links."""
        url = str(self.cleaned_data["consent_url"])
        if url and not url.startswith("https://"):
            raise forms.ValidationError(_("The address has to begin with https://."))
        return url

    def changes(self) -> dict[str, Any]:
        """Return the fields of the assistant with what is readable of the form."""
        given = {name: value for name, value in self.cleaned_data.items() if name not in OWN_FIELDS}
        own = {name: value for name, value in self.cleaned_data.items() if name in OWN_FIELDS}
        return {**own, "widget_settings": {**self.assistant.widget_settings, **given}}
