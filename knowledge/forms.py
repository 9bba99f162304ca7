"""What people fill in on knowledge's pages."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import Tenant
from assistants.models import Assistant
from knowledge.enums import DocumentStatus, Source


class ForAssistant(forms.Form):
    """A form that names one of the shop's assistants."""

    assistant = forms.ModelChoiceField(
        Assistant.objects.none(),
        to_field_name="uuid",
        required=False,
        label=_("For"),
        empty_label=_("All assistants"),
    )

    def __init__(self, *args: Any, tenant: Tenant, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["assistant"]
        field.queryset = Assistant.objects.of(tenant).order_by("pk")


class TextForm(ForAssistant):
    """A text typed or pasted in."""

    title = forms.CharField(label=_("Title"), max_length=255)
    text = forms.CharField(
        label=_("Text"),
        widget=forms.Textarea(attrs={"rows": 12}),
        help_text=_("Headings (# or ##), lists and tables in markdown are understood."),
    )
    field_order = ("title", "text", "assistant")


class FilterForm(ForAssistant):
    """Which documents to show."""

    q = forms.CharField(label=_("Search"), max_length=100, required=False)
    source = forms.ChoiceField(
        label=_("Source"),
        choices=[("", _("Files and texts")), (Source.WEBSITE, _("Pages of websites")), ("all", _("Everything"))],
        required=False,
    )
    status = forms.ChoiceField(
        label=_("State"), choices=[("", _("Any state")), *DocumentStatus.choices], required=False
    )
