"""Files of chats, fetched from Wildberries for those who may see the chat."""

from typing import Final
from urllib.parse import quote
from uuid import UUID

import httpx
from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.enums import Role
from accounts.pages import Request, role_required
from config.errors import DomainError
from marketplace.models import ChatMessage
from marketplace.views.chats import one
from marketplace.wildberries import Rejected, client_for

REFUSED_BY_MODERATION: Final = 451
PATIENCE: Final = 3.0
SHOWN_INLINE: Final = frozenset({"image/jpeg", "image/png", "application/pdf"})


@require_safe
@role_required(Role.USER)
def chat_file(request: Request, uuid: UUID, message: UUID) -> HttpResponse:
    """Return the file of a message, or say why there is none."""
    chat = one(request, uuid)
    found = get_object_or_404(ChatMessage.objects.exclude(download_id=""), chat=chat, uuid=message)
    try:
        with client_for(chat.store) as cabinet:
            file = cabinet.download(found.download_id)
    except Rejected as refused:
        is_moderated = refused.http_status == REFUSED_BY_MODERATION
        text = _("Wildberries' moderation refused this file.") if is_moderated else str(refused)
        messages.warning(request, text)
        return redirect("chat", uuid=uuid)
    except DomainError as refused:
        messages.warning(request, str(refused))
        return redirect("chat", uuid=uuid)
    if file.content is None:
        messages.info(request, _("Wildberries still checks this file. Try again in a few minutes."))
        return redirect("chat", uuid=uuid)
    kind = file.content_type.partition(";")[0].strip().lower()
    is_known = kind in SHOWN_INLINE
    response = HttpResponse(file.content, content_type=kind if is_known else "application/octet-stream")
    response["Content-Disposition"] = "inline" if is_known else "attachment"
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, max-age=300"
    return response


@require_safe
@role_required(Role.USER)
def sandbox_picture(request: Request, path: str) -> HttpResponse:
    """Return a picture of the sandbox's made-up shop; with the real Wildberries there is nothing here."""
    if not settings.WB_SANDBOX:
        raise Http404
    address = f"{settings.SERVICES['WB_FEEDBACKS_URL']}/pictures/{quote(path)}"
    try:
        found = httpx.get(address, timeout=PATIENCE, follow_redirects=False)
    except httpx.HTTPError:
        return HttpResponse(status=502)
    response = HttpResponse(found.content, content_type="image/svg+xml", status=found.status_code)
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, max-age=86400"
    return response
