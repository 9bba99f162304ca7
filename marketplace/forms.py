"""What a seller fills in on the Wildberries desk."""

from django import forms
from django.utils.translation import gettext_lazy as _


class TokensForm(forms.Form):
    """A cabinet's tokens."""

    tokens = forms.CharField(
        label=_("Token"),
        max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 4, "autocomplete": "off", "spellcheck": "false"}),
        help_text=_("One token, or several from the same cabinet, each on its own line."),
    )
    name = forms.CharField(
        label=_("Name of the store"), max_length=255, required=False, help_text=_("As your team calls it.")
    )
