"""Tickets in the dashboard: the list, the board, one ticket and what can be done with it."""

from typing import Any, Final
from uuid import UUID

from django.contrib import messages
from django.db.models import Case, Count, IntegerField, Prefetch, Value, When
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.enums import Direction, Role
from accounts.models import Integration, User
from accounts.pages import Request, role_required
from accounts.services import role_of
from assistants.models import Assistant
from config.db import new_uuid
from config.errors import DomainError
from config.pages import Page, page_of
from config.uploads import stored_file
from dialogs.models import Dialog
from operators.enums import MirrorStatus, TicketPriority, TicketStatus
from operators.forms import NewTicketForm, SayForm, TicketFilter, handlers_of
from operators.lists import bulk_choices
from operators.mirrors import DESKS
from operators.models import RefChange, SavedFilter, SlaClock, Ticket, TicketMirror, TicketQuerySet
from operators.services import dossiers, handling, inward, mailing, mirroring, outward, pages, tickets
from operators.services.merging import UNDO_WINDOW

COLUMN: Final = 50
BOARD: Final = tuple(status for status in TicketStatus if status != TicketStatus.CLOSED)
URGENCY: Final = (TicketPriority.URGENT, TicketPriority.HIGH, TicketPriority.MEDIUM, TicketPriority.LOW)
UNPROCESSABLE: Final = 422
CLOCKS: Final = Prefetch("clocks", SlaClock.objects.in_hand(), to_attr="open_clocks")


@require_safe
@role_required(Role.USER)
def ticket_list(request: Request) -> HttpResponse:
    """List the shop's tickets, last changed first, or show them on a board."""
    form = TicketFilter(request.GET, tenant=request.tenant)
    found = form.apply(_ours(request), at=now()).select_related("assigned_to").prefetch_related(CLOCKS)
    context: dict[str, Any] = {"form": form, "is_filtered": bool(form.chosen), "may_handle": _may_handle(request)}
    context["may_promise"] = role_of(request.user, request.tenant) == Role.ADMIN
    context["website"] = Assistant.objects.on_websites().filter(tenant=request.tenant).order_by("pk").first()
    context["saved"] = SavedFilter.objects.of(request.tenant).filter(user=request.user).order_by("name")
    context["bulk"] = bulk_choices(handlers_of(request.tenant)) if context["may_handle"] else []
    if request.GET.get("view") == "board":
        totals = dict(found.order_by().values_list("status").annotate(Count("pk")))
        number = request.GET.get("page")
        columns = [(status, _column(found, status, number), totals.get(status, 0)) for status in BOARD]
        pages_ = [page for _status, page, _total in columns]
        context["columns"] = columns
        context["page"] = Page(rows=[], number=pages_[0].number, has_next=any(page.has_next for page in pages_))
        return render(request, "operators/board.html", context)
    context["page"] = page_of(found.order_by("-updated_at", "-pk"), request.GET.get("page"))
    return render(request, "operators/tickets.html", context)


@require_safe
@role_required(Role.USER)
def ticket(request: Request, uuid: UUID) -> HttpResponse:
    """Show one ticket with everything that was said and done."""
    found = _one(request, uuid)
    context = {
        "ticket": found,
        "clocks": SlaClock.objects.in_hand().filter(ticket=found),
        "said": found.messages.select_related("author").prefetch_related("mails").order_by("pk"),
        "customer_page": pages.address_of(found),
        "letters": found.mails.filter(direction=Direction.OUTBOUND, message=None),
        "steps": found.steps.select_related("user").order_by("-pk"),
        "follow_ups": found.follow_ups.order_by("pk"),
        "merged": found.merged.order_by("pk"),
        "can_unmerge": bool(found.merged_at and now() <= found.merged_at + UNDO_WINDOW),
        "people": handlers_of(request.tenant),
        "priorities": TicketPriority.choices,
        "moves": [move for move in found.possible_moves if move != TicketStatus.REOPENED],
        "can_reopen": TicketStatus.REOPENED in found.possible_moves,
        "may_handle": _may_handle(request),
        "refs": found.external_refs.order_by("pk"),
        "stuck": RefChange.objects.stuck().filter(ref__ticket=found).exclude(error="settled").select_related("ref"),
        "mirrors": TicketMirror.objects.filter(ticket=found)
        .exclude(status=MirrorStatus.SENT)
        .select_related("integration__platform"),
        "desks": mirroring.desks_of(found.tenant_id),
    }
    return render(request, "operators/ticket.html", context)


@require_POST
@role_required(Role.OPERATOR)
def mirror(request: Request, uuid: UUID) -> HttpResponse:
    """Send a copy of a ticket to a connected help desk."""
    found = _one(request, uuid)
    try:
        chosen = UUID(request.POST.get("integration", ""))
    except ValueError as error:
        raise Http404 from error
    desks = Integration.objects.visible_to(request.user).of(request.tenant).filter(platform_id__in=DESKS)
    integration = get_object_or_404(desks, uuid=chosen)
    try:
        mirroring.request(found, integration=integration, by=request.user, at=now())
    except DomainError as refused:
        messages.warning(request, str(refused))
    else:
        messages.success(request, _("The copy is on its way. Reload the page to see its link."))
    return redirect("ticket", uuid=found.uuid)


@require_http_methods(["GET", "HEAD", "POST"])
@role_required(Role.OPERATOR)
def new_ticket(request: Request) -> HttpResponse:
    """Open a ticket by hand, or out of a conversation."""
    dialog = _dialog(request)
    form = NewTicketForm(request.POST or None, initial=_prefilled(dialog))
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        opened = tickets.open_ticket(
            request.tenant,
            title=data["title"],
            description=data["description"],
            priority=TicketPriority(data["priority"]),
            source=dossiers.source_of(dialog),
            dialog=dialog,
            customer_email=data["customer_email"],
            customer_name=dialog.contact.name if dialog else "",
            assigned_to=request.user,
            by=request.user,
            key=f"form:{request.user.pk}:{data['form_key']}" if data["form_key"] else None,
            at=now(),
        )
        messages.success(request, _("Ticket #%(number)d is open.") % {"number": opened.number})
        return redirect("ticket", uuid=opened.uuid)
    earlier = _ours(request).unfinished().filter(dialog=dialog).order_by("-pk") if dialog else Ticket.objects.none()
    context = {"form": form, "dialog": dialog, "earlier": earlier}
    return render(request, "operators/new_ticket.html", context, status=UNPROCESSABLE if form.errors else 200)


@require_POST
@role_required(Role.OPERATOR)
def say(request: Request, uuid: UUID) -> HttpResponse:
    """Answer the customer, or write a note for the team."""
    found, form = _one(request, uuid), SayForm(request.POST)
    if not form.is_valid():
        messages.warning(request, _("Write something first, at most 8,000 characters."))
        return redirect("ticket", uuid=found.uuid)
    text, how = form.cleaned_data["text"], form.cleaned_data["how"]
    try:
        if how == "note":
            handling.note(found, text=text, by=request.user, at=now())
        else:
            handling.reply(found, text=text, by=request.user, at=now(), waits=how == "wait")
    except DomainError as refused:
        messages.warning(request, str(refused))
    return redirect("ticket", uuid=found.uuid)


@require_safe
@role_required(Role.USER)  # type: ignore[arg-type]  # a file is a response too
def file(request: Request, uuid: UUID, message: int, number: int) -> HttpResponseBase:
    """Hand out a file that came by mail, ``message`` 0 being the ticket itself."""
    found = _one(request, uuid)
    holder = get_object_or_404(found.messages, pk=message) if message else found
    return stored_file(holder.metadata.get("attachments", []), number)


@require_POST
@role_required(Role.OPERATOR)
def send_letter(request: Request, uuid: UUID, letter: UUID) -> HttpResponse:
    """Send a letter once more that failed or may not have arrived."""
    found = _one(request, uuid)
    mailing.send_again(get_object_or_404(found.mails, uuid=letter, direction=Direction.OUTBOUND), at=now())
    return redirect("ticket", uuid=found.uuid)


@require_POST
@role_required(Role.OPERATOR)
def settle(request: Request, uuid: UUID, ref: int) -> HttpResponse:
    """Choose whose status holds after both sides changed it."""
    found = _one(request, uuid)
    chosen = get_object_or_404(found.external_refs, pk=ref)
    try:
        inward.settle(chosen, keep_ours=request.POST.get("keep") != "theirs", at=now())
    except DomainError as refused:
        messages.warning(request, str(refused))
    return redirect("ticket", uuid=found.uuid)


@require_POST
@role_required(Role.OPERATOR)
def send_change(request: Request, uuid: UUID, change: UUID) -> HttpResponse:
    """Tell a help desk once more what it did not take."""
    found = _one(request, uuid)
    stuck = RefChange.objects.of(request.tenant).filter(ref__ticket=found)
    outward.try_again(get_object_or_404(stuck, uuid=change), at=now())
    return redirect("ticket", uuid=found.uuid)


@require_POST
@role_required(Role.OPERATOR)
def move(request: Request, uuid: UUID) -> HttpResponse:
    """Move a ticket; taking up one that was closed long ago opens a follow-up."""
    found, wanted = _one(request, uuid), request.POST.get("status", "")
    if wanted not in TicketStatus.values:
        raise Http404
    moved = found
    try:
        if wanted == TicketStatus.REOPENED:
            moved = tickets.reopen(found, at=now(), by=request.user)
        else:
            tickets.move(found, TicketStatus(wanted), at=now(), by=request.user)
    except DomainError as refused:
        messages.warning(request, str(refused))
    return redirect("ticket", uuid=moved.uuid)


@require_POST
@role_required(Role.OPERATOR)
def assign(request: Request, uuid: UUID) -> HttpResponse:
    """Give a ticket to a person, or to nobody."""
    found, chosen = _one(request, uuid), request.POST.get("person", "")
    people = {str(person.uuid): person for person in handlers_of(request.tenant)}
    if chosen and chosen not in people:
        raise Http404
    person: User | None = people.get(chosen)
    try:
        handling.assign(found, to=person, at=now(), by=request.user)
    except DomainError as refused:
        messages.warning(request, str(refused))
    return redirect("ticket", uuid=found.uuid)


@require_POST
@role_required(Role.OPERATOR)
def prioritise(request: Request, uuid: UUID) -> HttpResponse:
    """Say how soon a ticket wants attention."""
    found, chosen = _one(request, uuid), request.POST.get("priority", "")
    if chosen not in TicketPriority.values:
        raise Http404
    handling.prioritise(found, priority=TicketPriority(chosen), at=now(), by=request.user)
    return redirect("ticket", uuid=found.uuid)


def _ours(request: Request) -> TicketQuerySet:
    return Ticket.objects.visible_to(request.user).of(request.tenant)


def _one(request: Request, uuid: UUID) -> Ticket:
    rows = _ours(request).select_related(
        "tenant", "assigned_to", "created_by", "dialog__contact", "follows", "merged_into"
    )
    return get_object_or_404(rows, uuid=uuid)


def _may_handle(request: Request) -> bool:
    return role_of(request.user, request.tenant) in handling.HANDLERS


def _column(found: TicketQuerySet, status: TicketStatus, number: str | None) -> Page[Ticket]:
    """Return a page of one column, most urgent first."""
    ranks = [When(priority=priority, then=Value(rank)) for rank, priority in enumerate(URGENCY)]
    urgency = Case(*ranks, default=Value(len(URGENCY)), output_field=IntegerField())
    return page_of(found.filter(status=status).order_by(urgency, "-updated_at", "-pk"), number, size=COLUMN)


def _dialog(request: Request) -> Dialog | None:
    chosen = request.GET.get("dialog", "")
    if not chosen:
        return None
    try:
        uuid = UUID(chosen)
    except ValueError as error:
        raise Http404 from error
    rows = Dialog.objects.visible_to(request.user).of(request.tenant).select_related("contact")
    return get_object_or_404(rows, uuid=uuid)


def _prefilled(dialog: Dialog | None) -> dict[str, Any]:
    """Return what a conversation already says of the ticket to be opened."""
    if dialog is None:
        return {"form_key": new_uuid()}
    dossier = dossiers.of(dialog)
    return {
        "form_key": new_uuid(),
        "title": dossier.title,
        "description": dossier.description,
        "customer_email": dialog.contact.email,
    }
