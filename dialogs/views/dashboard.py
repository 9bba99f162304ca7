"""The seller's pages of dialogs: the list, one conversation, what can be done with it."""

import csv
from collections.abc import Iterator
from itertools import chain
from typing import Any, Final
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.timezone import localtime, now
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.enums import Role
from accounts.pages import Request, role_required
from accounts.services import role_of
from dialogs.errors import DialogClosed
from dialogs.forms import DialogFilter
from dialogs.models import Dialog, DialogQuerySet
from dialogs.reports import Row, costs_of, lines_of, page_of, rows_of
from dialogs.services import handing, learning

LONGEST_EXPORT: Final = 10_000
RUNS_SHOWN: Final = 50
NUMBER_LIMIT: Final = 2**63
FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")


@require_safe
@role_required(Role.USER)
def dialogs(request: Request) -> HttpResponse:
    """List the shop's conversations, latest first."""
    form = DialogFilter(request.GET)
    page = page_of(form.apply(_ours(request)), after=request.GET.get("after", ""))
    context = {"form": form, "page": page, "is_filtered": bool(form.chosen), "is_first": "after" not in request.GET}
    return render(request, "dialogs/list.html", context)


@require_safe
@role_required(Role.USER)
def dialog(request: Request, uuid: UUID) -> HttpResponse:
    """Show one conversation with everything known about it."""
    found = _one(request, uuid)
    context = {
        **_thread(request, found, after=0),
        "identities": found.contact.identities.all(),
        "others": _ours(request).filter(contact=found.contact).exclude(pk=found.pk).latest_first()[:5],
        "runs": found.runs.order_by("-pk")[:RUNS_SHOWN],
        "ratings": found.ratings.order_by("-updated_at"),
    }
    return render(request, "dialogs/detail.html", context)


@require_safe
@role_required(Role.USER)
def news(request: Request, uuid: UUID) -> HttpResponse:
    """Return what happened after number ``after``, for the open page; nothing new is 204."""
    found = _one(request, uuid)
    after, version = _number(request, "after"), _number(request, "version")
    if found.last_seq <= after and found.version == version:
        return HttpResponse(status=204)
    return render(request, "dialogs/news.html", _thread(request, found, after=after))


@require_POST
@role_required(Role.OPERATOR)
def close(request: Request, uuid: UUID) -> HttpResponse:
    """End a conversation."""
    found = _one(request, uuid)
    try:
        handing.close(found, at=now())
    except DialogClosed as error:
        messages.warning(request, str(error))
    else:
        messages.success(request, _("The conversation is closed."))
    return redirect("dialog", uuid=found.uuid)


@require_POST
@role_required(Role.OPERATOR)
def teach(request: Request, uuid: UUID, message: UUID) -> HttpResponse:
    """Propose what was said in a message as knowledge."""
    found = _one(request, uuid)
    said = get_object_or_404(found.messages.select_related("dialog__tenant", "dialog__assistant"), uuid=message)
    entry = learning.teach(said, by=request.user)
    messages.success(request, _("Look at the question and the answer once more, then confirm them."))
    return redirect(f"{reverse('knowledge_answers')}?status={entry.status}#a-{entry.uuid}")


@require_safe
@role_required(Role.USER)  # type: ignore[arg-type]  # a stream is a response too
def export(request: Request) -> HttpResponseBase:
    """Send the list, as it is filtered, as a table for a spreadsheet."""
    chosen = DialogFilter(request.GET).apply(_ours(request)).select_related("contact", "assistant")
    rows = rows_of(chosen.latest_first()[:LONGEST_EXPORT])
    delimiter = ";" if get_language() == "ru" else ","  # what the local Excel takes for columns
    writer: Any = csv.writer(_Echo(), delimiter=delimiter)
    lines = (writer.writerow(cells) for cells in chain([_titles()], map(_cells, rows)))
    response = StreamingHttpResponse(chain(["\ufeff"], lines), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="dialogs-{localtime():%Y-%m-%d}.csv"'
    return response


class _Echo:
    """A file that returns what is written to it."""

    def write(self, value: str) -> str:
        return value


def _ours(request: Request) -> DialogQuerySet:
    return Dialog.objects.visible_to(request.user).of(request.tenant)


def _one(request: Request, uuid: UUID) -> Dialog:
    return get_object_or_404(_ours(request).select_related("contact", "assistant", "assigned_operator"), uuid=uuid)


def _thread(request: Request, found: Dialog, *, after: int) -> dict[str, Any]:
    return {
        "dialog": found,
        "lines": lines_of(found, after=after),
        "cost": costs_of([found.pk]).get(found.pk, 0),
        "may_teach": role_of(request.user, request.tenant) in {Role.OPERATOR, Role.ADMIN},
    }


def _number(request: Request, name: str) -> int:
    """Return a number from the address; anything else counts as 0."""
    text = request.GET.get(name, "")
    return (
        min(int(text), NUMBER_LIMIT - 1)
        if text.isascii() and text.isdigit() and len(text) < len(str(NUMBER_LIMIT))
        else 0
    )


def _titles() -> Iterator[str]:
    yield from (_("Dialog"), _("Customer"), _("Channel"), _("Status"), _("Who answers"), _("Messages"))
    yield from (_("Cost, ₽"), _("Without an answer"), _("Begun"), _("Last message"), _("Text"))


def _cells(row: Row) -> list[str]:
    talk = row.dialog
    moment = localtime(talk.last_message_at).isoformat(sep=" ", timespec="minutes") if talk.last_message_at else ""
    cells = [
        str(talk.uuid),
        talk.contact.name,
        talk.get_platform_display(),
        talk.get_status_display(),
        talk.get_handoff_status_display(),
        str(talk.messages_count),
        f"{row.cost.normalize():f}",
        _("yes") if talk.fallback else "",
        localtime(talk.created_at).isoformat(sep=" ", timespec="minutes"),
        moment,
        row.last.text[:500] if row.last else "",
    ]
    return [f"'{cell}" if cell.startswith(FORMULA) else cell for cell in cells]
