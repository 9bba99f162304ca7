"""What people ask of tickets, and say about them."""

from datetime import datetime
from typing import Any, Final

from django import forms
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.enums import Role
from accounts.models import Membership, Tenant, User
from operators.enums import TicketPriority, TicketStatus
from operators.models import SlaClock, TicketQuerySet

UNFINISHED: Final = "unfinished"
NOBODY: Final = "nobody"
SOON: Final = "soon"
LATE: Final = "late"
LARGEST_NUMBER: Final = 2**63 - 1


class TicketFilter(forms.Form):
    """Filters of the list, from the address; nonsense in them is ignored."""

    q = forms.CharField(label=_("Search"), max_length=100, required=False)
    status = forms.ChoiceField(
        label=_("Status"),
        required=False,
        choices=[("", _("Any status")), (UNFINISHED, _("Unfinished")), *TicketStatus.choices],
    )
    priority = forms.ChoiceField(
        label=_("Priority"), required=False, choices=[("", _("Any priority")), *TicketPriority.choices]
    )
    assignee = forms.ChoiceField(label=_("Assignee"), required=False)
    due = forms.ChoiceField(
        label=_("Deadline"),
        required=False,
        choices=[("", _("Any deadline")), (SOON, _("Little time left")), (LATE, _("Late"))],
    )

    def __init__(self, data: Any, *, tenant: Tenant) -> None:
        super().__init__(data)
        people = [(str(person.uuid), str(person)) for person in handlers_of(tenant)]
        choices = [("", _("Whoever")), (NOBODY, _("Nobody yet")), *people]
        self.fields["assignee"].choices = choices  # type: ignore[attr-defined]  # a ChoiceField

    @property
    def chosen(self) -> dict[str, Any]:
        """Return the filters that are set and make sense."""
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value}

    def apply(self, tickets: TicketQuerySet, *, at: datetime) -> TicketQuerySet:
        """Return the tickets that pass."""
        chosen = self.chosen
        if chosen.get("status") == UNFINISHED:
            tickets = tickets.unfinished()
        elif "status" in chosen:
            tickets = tickets.filter(status=chosen["status"])
        if "priority" in chosen:
            tickets = tickets.filter(priority=chosen["priority"])
        if chosen.get("assignee") == NOBODY:
            tickets = tickets.filter(assigned_to=None)
        elif "assignee" in chosen:
            tickets = tickets.filter(assigned_to__uuid=chosen["assignee"])
        if chosen.get("due") == SOON:
            tickets = tickets.filter(pk__in=SlaClock.objects.soon(at=at).values("ticket_id"))
        elif chosen.get("due") == LATE:
            tickets = tickets.filter(pk__in=SlaClock.objects.broken(at=at).values("ticket_id"))
        return tickets.filter(_mentions(chosen["q"])) if "q" in chosen else tickets


class NewTicketForm(forms.Form):
    """What a new ticket needs."""

    title = forms.CharField(label=_("Subject"), max_length=255)
    description = forms.CharField(
        label=_("Description"), max_length=20_000, required=False, widget=forms.Textarea(attrs={"rows": 6})
    )
    priority = forms.ChoiceField(label=_("Priority"), choices=TicketPriority.choices, initial=TicketPriority.MEDIUM)
    customer_email = forms.EmailField(
        label=_("Customer's e-mail"),
        required=False,
        max_length=254,
        help_text=_("Answers go there too."),
    )
    form_key = forms.UUIDField(required=False, widget=forms.HiddenInput)


class SayForm(forms.Form):
    """What is said about a ticket, and to whom."""

    text = forms.CharField(max_length=8_000, strip=True)
    how = forms.ChoiceField(choices=[("reply", "reply"), ("wait", "wait"), ("note", "note")])


def handlers_of(tenant: Tenant) -> list[User]:
    """Return the people of a tenant who can be given a ticket."""
    rows = Membership.objects.of(tenant).filter(role__in=[Role.OPERATOR, Role.ADMIN]).select_related("user")
    return sorted((row.user for row in rows if row.user.is_active), key=str)


def _mentions(words: str) -> Q:
    said = Q(title__icontains=words) | Q(description__icontains=words)
    digits = words.removeprefix("#").strip()
    if digits.isascii() and digits.isdigit() and int(digits) <= LARGEST_NUMBER:
        return said | Q(number=int(digits))
    return said
