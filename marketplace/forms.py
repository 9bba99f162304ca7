"""What people fill in on the Wildberries desk: tokens, filters of chats and what they say about one."""

import re
from typing import Any, Final

from django import forms
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Tenant
from marketplace.compliance import Channel, Severity, check
from marketplace.enums import ChatStage, ChatStatus, ChatTag, CompletionReason
from marketplace.models import ChatQuerySet, SequenceTemplate, Store
from marketplace.models.sequences import LONGEST

NEEDS_ANSWER: Final = "needs_answer"
LARGEST: Final = 2**63 - 1
SEPARATOR: Final = "\n---\n"
BETWEEN: Final = re.compile(r"^\s*-{3,}\s*$", re.MULTILINE)


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


class TemplateForm(forms.ModelForm):  # type: ignore[type-arg]  # not subscriptable at run time
    """A template of reminders: one text a line block, in the order of days."""

    texts = forms.CharField(
        label=_("Texts"),
        widget=forms.Textarea(attrs={"rows": 12}),
        help_text=_("One reminder a day. Separate them with a line of three dashes (---). At most 14."),
    )

    class Meta:
        model = SequenceTemplate
        fields = ("name", "texts", "trigger_phrase", "stop_message", "hour_from", "hour_to", "is_active")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial.setdefault("texts", SEPARATOR.join(step["text"] for step in self.instance.texts))

    def clean_texts(self) -> str:
        """Refuse more texts than may be sent, longer ones than Wildberries takes, and forbidden ones."""
        texts = [text.strip() for text in BETWEEN.split(self.cleaned_data["texts"].replace("\r\n", "\n"))]
        texts = [text for text in texts if text]
        if not texts or len(texts) > LONGEST:
            raise forms.ValidationError(_("Write between 1 and %(most)d texts."), params={"most": LONGEST})
        problems = [
            _("Text %(number)d: %(rule)s, “%(words)s”. %(advice)s")
            % {"number": number, "rule": f.rule.label, "words": f.words[:80], "advice": f.advice}
            for number, text in enumerate(texts, start=1)
            for f in check(text, channel=Channel.SEQUENCE)
            if f.severity == Severity.REFUSE
        ]
        if problems:
            raise forms.ValidationError(problems)
        self.instance.steps = [{"day": day, "text": text} for day, text in enumerate(texts, start=1)]
        return SEPARATOR.join(texts)

    def clean(self) -> dict[str, Any]:
        """Refuse hours that never come, and a name that is taken."""
        data = super().clean() or {}
        begins, ends = data.get("hour_from"), data.get("hour_to")
        if begins is not None and ends is not None and begins >= ends:
            self.add_error("hour_to", _("The hours must end after they begin."))
        same = SequenceTemplate.objects.of(self.instance.tenant).filter(name=data.get("name", ""))
        if same.exclude(pk=self.instance.pk).exists():
            self.add_error("name", _("There is a template with this name."))
        return data


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
