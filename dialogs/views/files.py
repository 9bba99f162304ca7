"""Files that customers sent, for the people who answer them."""

from uuid import UUID

from django.core.files.storage import default_storage
from django.http import FileResponse, Http404, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from accounts.enums import Role
from accounts.pages import Request, role_required
from dialogs.models import DialogMessage


@require_safe
@role_required(Role.USER)  # type: ignore[arg-type]  # a file is a response too
def file(request: Request, uuid: UUID, message: UUID, number: int) -> HttpResponseBase:
    """Hand out a file to be saved, never to be shown: its content is a stranger's."""
    own = DialogMessage.objects.of(request.tenant).filter(dialog__uuid=uuid)
    files = get_object_or_404(own, uuid=message).metadata.get("attachments", [])
    if number >= len(files) or not files[number].get("path") or not default_storage.exists(files[number]["path"]):
        raise Http404
    kept = files[number]
    name = kept.get("name") or f"{kept['kind']}-{number + 1}"
    response = FileResponse(
        default_storage.open(kept["path"]), as_attachment=True, filename=name, content_type="application/octet-stream"
    )
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return response
