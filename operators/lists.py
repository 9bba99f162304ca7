"""What is done with many tickets at once, and how a person keeps views of the list."""

from typing import Any, Final
from urllib.parse import urlencode
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST

from accounts.enums import Role
from accounts.models import User
from accounts.pages import Request, role_required
from config.errors import DomainError
from operators.enums import TicketPriority, TicketStatus
from operators.forms import TicketFilter, handlers_of
from operators.models import SavedFilter, Ticket
from operators.services import handling, merging, tickets

MOST: Final = 100
KEPT: Final = 20


class BulkForm(forms.Form):
    """Which tickets, and what to do with them: move, assign or prioritise."""

    act = forms.CharField(max_length=80)

    @property
    def wish(self) -> tuple[str, str]:
        """Return the verb and its value."""
        verb, _colon, value = self.cleaned_data["act"].partition(":")
        return verb, value


class MergeForm(forms.Form):
    """The number of the ticket that goes on, with or without its sign."""

    number = forms.RegexField(r"^\s*#?\s*\d{1,18}\s*$")

    def clean_number(self) -> int:
        """Return the number itself."""
        return int(self.cleaned_data["number"].strip().removeprefix("#"))


class SaveFilterForm(forms.Form):
    """The name of a view."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=60)


def bulk_choices(people: list[User]) -> list[tuple[str, list[tuple[str, str]]]]:
    """Return what can be done with many tickets, in groups."""
    moves = [status for status in TicketStatus if status not in {TicketStatus.OPEN, TicketStatus.REOPENED}]
    return [
        (_("Status"), [(f"move:{status}", str(status.label)) for status in moves]),
        (_("Assignee"), [("assign:", _("Nobody yet")), *((f"assign:{each.uuid}", str(each)) for each in people)]),
        (_("Priority"), [(f"prioritise:{priority}", str(priority.label)) for priority in TicketPriority]),
    ]


@require_POST
@role_required(Role.OPERATOR)
def bulk(request: Request) -> HttpResponse:
    """Do one thing with all chosen tickets; those it cannot be done with stay as they are and are named."""
    form, back = BulkForm(request.POST), _back(request)
    chosen = _chosen(request)
    if not chosen or not form.is_valid() or not _act(request, form.wish):
        messages.warning(request, _("Choose tickets and what to do with them."))
        return back
    act, refused = _act(request, form.wish), []
    for ticket in chosen:
        try:
            act(ticket)
        except DomainError:
            refused.append(f"#{ticket.number}")
    done = len(chosen) - len(refused)
    words = ngettext("%(count)d ticket changed.", "%(count)d tickets changed.", done)
    messages.success(request, words % {"count": done})
    if refused:
        messages.warning(request, _("Not possible with: %(numbers)s") % {"numbers": ", ".join(refused)})
    return back


@require_POST
@role_required(Role.USER)
def save_filter(request: Request) -> HttpResponse:
    """Keep the filters of the page under a name; the same name again replaces them."""
    form = SaveFilterForm(request.POST)
    chosen = TicketFilter(request.POST, tenant=request.tenant).chosen
    if request.POST.get("view") == "board":
        chosen["view"] = "board"
    mine = SavedFilter.objects.of(request.tenant).filter(user=request.user)
    if not form.is_valid() or not chosen:
        messages.warning(request, _("Choose filters and a name for them first."))
    elif mine.count() >= KEPT:
        messages.warning(request, _("Twenty views are enough; remove one first."))
    else:
        key = {"tenant": request.tenant, "user": request.user, "name": form.cleaned_data["name"]}
        SavedFilter.objects.update_or_create(**key, defaults={"query": urlencode(chosen)[:500]})
    return HttpResponseRedirect(f"{reverse('tickets')}?{urlencode(chosen)}")


@require_POST
@role_required(Role.USER)
def forget_filter(request: Request, uuid: UUID) -> HttpResponse:
    """Remove one of one's own views."""
    get_object_or_404(SavedFilter.objects.of(request.tenant).filter(user=request.user), uuid=uuid).delete()
    return redirect("tickets")


@require_POST
@role_required(Role.OPERATOR)
def merge(request: Request, uuid: UUID) -> HttpResponse:
    """Make a ticket part of the one whose number was typed."""
    ours = Ticket.objects.visible_to(request.user).of(request.tenant).select_related("tenant")
    found = get_object_or_404(ours, uuid=uuid)
    form = MergeForm(request.POST)
    into = ours.filter(number=form.cleaned_data["number"]).first() if form.is_valid() else None
    if into is None:
        messages.warning(request, _("There is no ticket with this number."))
        return redirect("ticket", uuid=found.uuid)
    try:
        kept = merging.merge(found, into=into, at=now(), by=request.user)
    except DomainError as refused:
        messages.warning(request, str(refused))
        return redirect("ticket", uuid=found.uuid)
    messages.success(request, _("#%(number)d is part of this ticket now.") % {"number": found.number})
    return redirect("ticket", uuid=kept.uuid)


@require_POST
@role_required(Role.OPERATOR)
def unmerge(request: Request, uuid: UUID) -> HttpResponse:
    """Take a merged ticket out again."""
    found = get_object_or_404(Ticket.objects.visible_to(request.user).of(request.tenant), uuid=uuid)
    try:
        merging.unmerge(found, at=now(), by=request.user)
    except DomainError as refused:
        messages.warning(request, str(refused))
    return redirect("ticket", uuid=found.uuid)


def _chosen(request: Request) -> list[Ticket]:
    keys = []
    for text in request.POST.getlist("ticket")[:MOST]:
        try:
            keys.append(UUID(text))
        except ValueError:
            continue
    rows = Ticket.objects.visible_to(request.user).of(request.tenant).filter(uuid__in=keys)
    return list(rows.select_related("tenant").order_by("pk"))


def _act(request: Request, wish: tuple[str, str]) -> Any:
    """Return what to do with each ticket, or nothing when the wish makes no sense."""
    (verb, value), at, by = wish, now(), request.user
    people = {str(person.uuid): person for person in handlers_of(request.tenant)}
    if verb == "move" and value in TicketStatus.values:
        return lambda ticket: tickets.move(ticket, TicketStatus(value), at=at, by=by)
    if verb == "assign" and (not value or value in people):
        return lambda ticket: handling.assign(ticket, to=people.get(value), at=at, by=by)
    if verb == "prioritise" and value in TicketPriority.values:
        return lambda ticket: handling.prioritise(ticket, priority=TicketPriority(value), at=at, by=by)
    return None


def _back(request: Request) -> HttpResponse:
    chosen = TicketFilter(request.POST, tenant=request.tenant).chosen
    return HttpResponseRedirect(f"{reverse('tickets')}?{urlencode(chosen)}")
