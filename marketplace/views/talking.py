"""Writing to a buyer, and reminders of one chat."""

from uuid import UUID

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.enums import Role
from accounts.pages import Request, role_required
from config.errors import DomainError
from config.moves import IllegalMove
from marketplace.compliance import Channel, check
from marketplace.enums import StopReason
from marketplace.errors import NotAllowedThere
from marketplace.models import Outgoing, SequenceTemplate
from marketplace.services import composing, reminding, sending
from marketplace.views.chats import chat_context, one

UNPROCESSABLE = 422


@require_POST
@role_required(Role.OPERATOR)
def say(request: Request, uuid: UUID) -> HttpResponse:
    """Send a message to the buyer; a text the rules forbid comes back with what is wrong."""
    chat, text = one(request, uuid), request.POST.get("text", "").replace("\r\n", "\n")
    files = [file for file in request.FILES.getlist("files") if isinstance(file, UploadedFile)]
    try:
        composing.send(chat, text=text, by=request.user, at=now(), files=files, key=request.POST.get("key", "")[:36])
    except NotAllowedThere:
        found = check(text, channel=Channel.CHAT_MESSAGE, product_name=chat.product_name)
        context = chat_context(request, chat, text=text, findings=found)
        return render(request, "marketplace/chats/chat.html", context, status=UNPROCESSABLE)
    except DomainError as refused:
        messages.warning(request, str(refused))
        context = chat_context(request, chat, text=text)
        return render(request, "marketplace/chats/chat.html", context, status=UNPROCESSABLE)
    messages.success(request, _("The message is on its way to Wildberries."))
    return redirect("chat", uuid=uuid)


@require_POST
@role_required(Role.OPERATOR)
def draft(request: Request, uuid: UUID) -> HttpResponse:
    """Have a reply written into the composer."""
    chat = one(request, uuid)
    try:
        written = composing.draft(chat, at=now())
    except DomainError as refused:
        messages.warning(request, str(refused))
        return redirect("chat", uuid=uuid)
    if written.is_refused:
        messages.warning(request, _("The draft breaks the rules of Wildberries: correct it before sending."))
    context = chat_context(request, chat, text=chat.draft_reply, findings=written.findings)
    return render(request, "marketplace/chats/chat.html", context)


@require_POST
@role_required(Role.OPERATOR)
def remind(request: Request, uuid: UUID) -> HttpResponse:
    """Start reminders by a template, or stop the ones that run."""
    chat = one(request, uuid)
    try:
        if request.POST.get("stop"):
            reminding.stop_all(chat, StopReason.MANUAL)
            messages.success(request, _("No further reminder will be sent."))
        else:
            rows = SequenceTemplate.objects.visible_to(request.user).of(request.tenant).filter(is_active=True)
            chosen = request.POST.get("template", "")
            template = get_object_or_404(rows.select_related("tenant"), pk=int(chosen) if chosen.isdecimal() else 0)
            steps = request.POST.get("steps", "")
            count = min(int(steps), 14) if steps.isascii() and steps.isdecimal() and int(steps[:3]) else 3
            reminding.start(chat, template, at=now(), by=request.user, steps=count)
    except DomainError as refused:
        messages.warning(request, str(refused))
    return redirect("chat", uuid=uuid)


@require_POST
@role_required(Role.OPERATOR)
def settle(request: Request, uuid: UUID, outgoing: UUID) -> HttpResponse:
    """Withdraw a message that has not left, or say what became of one whose fate is unknown."""
    row = get_object_or_404(Outgoing.objects.select_related("chat"), chat=one(request, uuid), uuid=outgoing)
    try:
        if request.POST.get("decision") == "cancel":
            sending.cancel(row)
        else:
            sending.resolve(row, was_sent=request.POST.get("decision") == "sent", at=now())
    except IllegalMove as refused:
        messages.warning(request, str(refused))
    return redirect("chat", uuid=uuid)
