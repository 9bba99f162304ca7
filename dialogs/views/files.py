"""Files that customers sent, for the people who answer them."""

from uuid import UUID

from django.http import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from accounts.enums import Role
from accounts.pages import Request, role_required
from config.uploads import stored_file
from dialogs.models import DialogMessage


@require_safe
@role_required(Role.USER)  # type: ignore[arg-type]  # a file is a response too
def file(request: Request, uuid: UUID, message: UUID, number: int) -> HttpResponseBase:
    """Hand out a file to be saved, never to be shown: its content is a stranger's."""
    own = DialogMessage.objects.of(request.tenant).filter(dialog__uuid=uuid)
    return stored_file(get_object_or_404(own, uuid=message).metadata.get("attachments", []), number)
