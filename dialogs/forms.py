"""What a seller asks of the list of dialogs."""

from typing import Any, Final, cast

from django import forms
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from dialogs.enums import Channel, DialogStatus, HandoffStatus, Sender
from dialogs.models import DialogMessage, DialogQuerySet

RECENT_MESSAGES: Final = 20_000
SHORTEST_SEARCH: Final = 2


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
