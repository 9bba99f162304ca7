"""Files of conversations: for members by their session, for visitors by an address that is good for minutes."""

from typing import Final
from uuid import UUID

from django.contrib.auth.decorators import login_not_required
from django.core.files.storage import default_storage
from django.http import FileResponse, Http404, HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.views.decorators.clickjacking import xframe_options_deny
from django.views.decorators.http import require_safe

from accounts.enums import Role
from accounts.pages import Request, role_required
from dialogs import addresses, contents
from dialogs.models import DialogAttachment

KEPT_SECONDS: Final = addresses.GOOD_FOR_SECONDS


@require_safe
@role_required(Role.USER)  # type: ignore[arg-type]  # a file is a response too
def file(request: Request, uuid: UUID, file: UUID) -> HttpResponseBase:
    """Hand out a file of the shop's conversations."""
    own = DialogAttachment.objects.of(request.tenant).filter(dialog__uuid=uuid)
    return _hand_out(request, get_object_or_404(own, uuid=file), is_small="small" in request.GET)


@require_safe
@login_not_required
@xframe_options_deny
def signed_file(request: HttpRequest, token: str) -> HttpResponseBase:
    """Hand out the file that a fresh address names."""
    named = addresses.read(token)
    if named is None:
        raise Http404
    return _hand_out(request, get_object_or_404(DialogAttachment, uuid=named[0]), is_small=named[1])


def _hand_out(request: HttpRequest, attachment: DialogAttachment, *, is_small: bool) -> HttpResponseBase:
    """Answer with a stranger's file: pictures and sound to be shown, everything else only to be saved."""
    path = attachment.thumbnail_path if is_small else attachment.path
    if not path or not default_storage.exists(path):
        raise Http404
    is_shown = is_small or (attachment.may_be_shown and "save" not in request.GET)
    kind = "image/webp" if is_small else attachment.content_type if is_shown else contents.ANYTHING
    name = attachment.name or f"{attachment.kind}-{attachment.position + 1}"
    response = FileResponse(
        default_storage.open(path),
        as_attachment=not is_shown,
        filename=contents.safe_name(name, attachment.content_type),
        content_type=kind,
    )
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    response["X-Content-Type-Options"] = "nosniff"
    response["Cross-Origin-Resource-Policy"] = "same-origin"
    response["Cache-Control"] = f"private, max-age={KEPT_SECONDS}"
    return response
