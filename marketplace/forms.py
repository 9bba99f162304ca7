"""What people fill in on the Wildberries desk: tokens, filters of chats and what they say about one."""

from typing import Any, Final

from django import forms
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Tenant
from marketplace.enums import ChatStage, ChatStatus, ChatTag, CompletionReason
from marketplace.models import ChatQuerySet, Store

NEEDS_ANSWER: Final = "needs_answer"
LARGEST: Final = 2**63 - 1


class ChatFilter(forms.Form):
    """Filters of the board, from the address; nonsense in them is ignored."""

    q = forms.CharField(label=_("Search"), max_length=100, required=False)
    store = forms.ChoiceField(label=_("Store"), required=False)
    tag = forms.ChoiceField(label=_("Kind"), required=False, choices=[("", _("Any kind")), *ChatTag.choices])
    stage = forms.ChoiceField(label=_("Stage"), required=False, choices=[("", _("Any stage")), *ChatStage.choices])
    show = forms.ChoiceField(
        label=_("Show"), required=False, choices=[("", _("All chats")), (NEEDS_ANSWER, _("Waiting for our answer"))]
    )

    def __init__(self, data: Any, *, tenant: Tenant) -> None:
        super().__init__(data)
        stores = [(str(store.uuid), store.name) for store in Store.objects.of(tenant).order_by("name")]
        self.fields["store"].choices = [("", _("All stores")), *stores]  # type: ignore[attr-defined]  # a ChoiceField

    @property
    def chosen(self) -> dict[str, Any]:
        """Return the filters that are set and make sense."""
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value}

    def apply(self, chats: ChatQuerySet) -> ChatQuerySet:
        """Return the chats that pass."""
        chosen = self.chosen
        if store := chosen.get("store"):
            chats = chats.filter(store__uuid=store)
        for field in ("tag", "stage"):
            if value := chosen.get(field):
                chats = chats.filter(**{field: value})
        if chosen.get("show") == NEEDS_ANSWER:
            chats = chats.needing_answer()
        if words := chosen.get("q"):
            wanted = Q(client_name__icontains=words) | Q(product_name__icontains=words)
            wanted |= Q(last_message_text__icontains=words) | Q(product_vendor_code__iexact=words)
            if words.isascii() and words.isdigit() and int(words) <= LARGEST:
                wanted |= Q(product_nm_id=int(words))
            chats = chats.filter(wanted)
        return chats


class MoveForm(forms.Form):
    """Where a chat is to go; closing asks why."""

    status = forms.ChoiceField(choices=ChatStatus.choices)
    reason = forms.ChoiceField(choices=CompletionReason.choices, required=False)


class JudgeForm(forms.Form):
    """What a person says a chat is."""

    tag = forms.ChoiceField(label=_("Kind"), choices=ChatTag.choices, required=False)
    stage = forms.ChoiceField(label=_("Stage"), choices=ChatStage.choices, required=False)


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
