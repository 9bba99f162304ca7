"""Forms of accounts."""

from typing import Any

from allauth.account.fields import PasswordField
from allauth.account.forms import LoginForm as BaseLoginForm
from allauth.account.forms import SignupForm as BaseSignupForm
from allauth.core import context
from allauth.socialaccount.forms import SignupForm as BaseSocialSignupForm
from django import forms
from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from accounts.adapters import INVITATION, LONGEST_PASSWORD
from accounts.enums import EventType, Role, Scope
from accounts.errors import EmailTaken
from accounts.models import Platform, Tenant, User
from accounts.pages import time_zones

NAME_LENGTH = 80


class LoginForm(BaseLoginForm):
    """E-mail and password; an endless password is refused before it is hashed."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["password"] = PasswordField(
            label=_("Password"), max_length=LONGEST_PASSWORD, autocomplete="current-password"
        )
        self.fields["login"].label = _("E-mail")
        for field in self.fields.values():
            field.widget.attrs.pop("placeholder", None)


class ShopFields(forms.Form):
    """What sign-up asks besides e-mail and password; an invited person opens no shop."""

    full_name = forms.CharField(
        label=_("Your name"), max_length=NAME_LENGTH, widget=forms.TextInput(attrs={"autocomplete": "name"})
    )
    shop = forms.CharField(
        label=_("Name of your shop"),
        max_length=NAME_LENGTH,
        widget=forms.TextInput(attrs={"autocomplete": "organization"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.order_fields(["full_name", "shop", "email", "password1"])
        self.fields["email"].label = _("E-mail")
        if "password1" in self.fields:
            self.fields["password1"].help_text = _("At least 8 characters, and not one everybody uses.")
        for field in self.fields.values():
            field.widget.attrs.pop("placeholder", None)
        if INVITATION in context.request.session:
            del self.fields["shop"]


class SignupForm(ShopFields, BaseSignupForm):  # type: ignore[misc]  # allauth leaves clean() untyped
    """Sign-up by e-mail."""

    def try_save(self, request: HttpRequest) -> Any:
        """Save; a rival who took the e-mail this very moment looks like one who had it before."""
        try:
            return super().try_save(request)
        except EmailTaken:
            self.account_already_exists = True
            return super().try_save(request)


class SocialSignupForm(ShopFields, BaseSocialSignupForm):  # type: ignore[misc]  # allauth leaves clean() untyped
    """Sign-up with Yandex ID when Yandex did not tell all we need."""


class ProfileForm(forms.ModelForm):  # type: ignore[type-arg]  # not generic at run time
    """What people say about themselves."""

    language_code = forms.ChoiceField(label=_("Language"), choices=settings.LANGUAGES)
    timezone = forms.ChoiceField(label=_("Time zone"))

    class Meta:
        model = User
        fields = ("full_name", "phone", "language_code", "timezone")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["timezone"].choices = time_zones(self.instance.timezone)  # type: ignore[attr-defined]  # a ChoiceField
        self.fields["full_name"].widget.attrs["autocomplete"] = "name"
        self.fields["phone"].widget.attrs |= {"autocomplete": "tel", "type": "tel"}


class ShopForm(forms.ModelForm):  # type: ignore[type-arg]  # not generic at run time
    """What a shop is called and where it lives."""

    language_code = forms.ChoiceField(label=_("Language"), choices=settings.LANGUAGES)
    timezone = forms.ChoiceField(label=_("Time zone"))

    class Meta:
        model = Tenant
        fields = ("name", "language_code", "timezone")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["timezone"].choices = time_zones(self.instance.timezone)  # type: ignore[attr-defined]  # a ChoiceField


class InvitationForm(forms.Form):
    """Whom to ask into the team, and as what."""

    email = forms.EmailField(label=_("E-mail"), max_length=255)
    role = forms.ChoiceField(label=_("Role"), choices=Role.choices, initial=Role.OPERATOR)


class RoleForm(forms.Form):
    """A member's other role."""

    role = forms.ChoiceField(choices=Role.choices)


class ApiKeyForm(forms.Form):
    """What a key is for, what it may touch and until when."""

    name = forms.CharField(
        label=_("What it is for"), max_length=NAME_LENGTH, help_text=_("For example: the shop's site, the warehouse.")
    )
    scope = forms.ChoiceField(label=_("It may"), choices=Scope.choices, initial=Scope.ALL)
    days = forms.TypedChoiceField(
        label=_("Valid for"),
        coerce=int,
        initial=365,
        choices=[(30, _("30 days")), (90, _("90 days")), (365, _("1 year")), (0, _("Until it is revoked"))],
    )


class WebhookForm(forms.Form):
    """Where to send what."""

    url = forms.URLField(
        label=_("Address"),
        max_length=2048,
        assume_scheme="https",
        widget=forms.URLInput(attrs={"placeholder": "https://example.com/otklik", "inputmode": "url"}),
    )
    description = forms.CharField(label=_("What the address is for"), max_length=255, required=False)
    event_types = forms.MultipleChoiceField(
        label=_("Events"),
        choices=[choice for choice in EventType.choices if choice[0] != EventType.WEBHOOK_TEST],
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Nothing chosen means all of them, also those we add later."),
    )


class ConnectForm(forms.Form):
    """What a platform asks for; its catalogue entry says how each field is called and explained."""

    name = forms.CharField(
        label=_("What you call it"), max_length=NAME_LENGTH, required=False, help_text=_("May stay empty.")
    )

    def __init__(self, *args: Any, platform: Platform, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        described = platform.configuration.get("fields", {})
        for name in platform.required_credentials:
            self.fields[name] = _credential(name, described.get(name, {}))
        for name in platform.configuration.get("optional", []):
            self.fields[name] = _credential(name, described.get(name, {}), required=False)

    @property
    def credentials(self) -> dict[str, str]:
        """Return what was typed, without the name."""
        return {key: value for key, value in self.cleaned_data.items() if key != "name" and value}


def _credential(name: str, described: dict[str, Any], *, required: bool = True) -> forms.CharField:
    kinds = {"email": forms.EmailInput, "url": forms.URLInput, "text": forms.TextInput}
    widget = kinds.get(described.get("kind", ""), forms.PasswordInput)
    return forms.CharField(
        label=in_language(described.get("label")) or name.replace("_", " ").capitalize(),
        help_text=in_language(described.get("help")),
        max_length=8_000,
        required=required,
        widget=widget(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )


def in_language(words: dict[str, str] | None) -> str:
    """Return the words of the catalogue in the language that is active, else in English."""
    return (words or {}).get((get_language() or "en")[:2]) or (words or {}).get("en", "")
