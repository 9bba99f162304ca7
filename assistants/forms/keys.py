"""Keys at model providers."""

from collections.abc import Sequence
from typing import Any, Final
from urllib.parse import urlsplit

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import Integration, Platform
from assistants.services.connecting import OPTIONS

SECRETS: Final = frozenset({"api_key", "api_token", "access_token"})
CREDENTIAL_LABELS: Final = {"api_key": _("Key"), "base_url": _("Address of the API")}
ADDRESS_HINTS: Final = {"ollama": "https://models.example.ru/v1", "openai_compatible": "https://models.example.ru/v1"}


class KeyForm(forms.Form):
    """A key at a model provider: what the platform asks for, and which models to ask there."""

    name = forms.CharField(label=_("What to call it"), max_length=255, required=False)
    chat_model = forms.CharField(
        label=_("Chat model"), max_length=128, required=False, help_text=_("Empty: the provider’s default.")
    )
    embedding_model = forms.CharField(
        label=_("Embedding model"), max_length=128, required=False, help_text=_("Empty: the provider’s default.")
    )
    context_length = forms.IntegerField(
        label=_("Window, tokens"),
        required=False,
        min_value=512,
        max_value=4_000_000,
        help_text=_(
            "How much the server really takes (Ollama: OLLAMA_CONTEXT_LENGTH). Longer conversations are cut to it."
        ),
    )

    def __init__(
        self,
        *args: Any,
        platform: Platform,
        instance: Integration | None = None,
        names: Sequence[str] = (),
        address: str = "",
        **kwargs: Any,
    ) -> None:
        self.instance, self.credentials = instance, list(platform.required_credentials)
        if instance is not None:
            kwargs["initial"] = {
                "name": instance.name,
                "base_url": address,
                **{k: instance.settings.get(k) for k in OPTIONS},
            }
        super().__init__(*args, **kwargs)
        for name in self.credentials:
            self.fields[name] = self._credential(name, platform)
        if "embeddings" not in platform.capabilities:
            del self.fields["embedding_model"]
        if platform.pk not in ADDRESS_HINTS:
            del self.fields["context_length"]
        self.order_fields([*self.credentials, "name"])
        self.names = names
        for name in {"chat_model", "embedding_model"} & self.fields.keys():
            self.fields[name].widget.attrs |= {"list": "model-names", "autocomplete": "off", "spellcheck": "false"}

    def _credential(self, name: str, platform: Platform) -> forms.Field:
        """Return the field of one credential; what is secret is written and never shown."""
        label = CREDENTIAL_LABELS.get(name, name)
        is_known = self.instance is not None
        keep = _("Leave empty to keep the present one.") if is_known else ""
        if name in SECRETS:
            widget = forms.PasswordInput(attrs={"autocomplete": "new-password", "spellcheck": "false"})
            return forms.CharField(label=label, max_length=512, required=not is_known, widget=widget, help_text=keep)
        hint = forms.URLInput(attrs={"placeholder": ADDRESS_HINTS.get(platform.pk, "")})
        return forms.URLField(label=label, max_length=500, required=True, assume_scheme="https", widget=hint)

    def clean_api_key(self) -> str:
        """Take the key as it is, without the blanks that copying adds."""
        key = str(self.cleaned_data["api_key"]).strip()
        if any(character.isspace() or not character.isprintable() for character in key) or not key.isascii():
            raise forms.ValidationError(_("A key has no blanks and no letters of other alphabets. Copy it again."))
        return key

    def clean_base_url(self) -> str:
        """Take an address of the web without a question or a fragment, as the SDK appends to it."""
        address = str(self.cleaned_data["base_url"]).rstrip("/")
        if address and (urlsplit(address).query or urlsplit(address).fragment):
            raise forms.ValidationError(_("Only the beginning of the address: without “?” and “#”."))
        return address

    def taken(self) -> dict[str, Any]:
        """Return the valid answers as the service takes them."""
        given = self.cleaned_data
        return {
            "credentials": {name: given.get(name, "") for name in self.credentials},
            "name": given["name"],
            "options": {name: given.get(name) for name in OPTIONS},
        }
