"""What sellers' pages offer about our staff: an end to a look, an announcement put away."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.impersonation import SESSION_KEY
from accounts.models import Announcement, Impersonation
from accounts.pages import Request
from accounts.services.announcing import dismiss
from accounts.services.impersonating import end_impersonation


@require_POST
def end(request: HttpRequest) -> HttpResponse:
    """End the look through a seller's eyes and go back to the shop's page in the admin."""
    marked = request.session.pop(SESSION_KEY, None)
    live = Impersonation.objects.filter(uuid=marked, staff_id=request.user.pk).first() if marked else None
    if live is None:
        return redirect("home")
    end_impersonation(live, at=now())
    messages.success(request, _("You are yourself again."))
    return redirect("admin:shop", pk=live.tenant_id)


@require_POST
def put_away(request: Request, uuid: UUID) -> HttpResponse:
    """Put an announcement away for this person."""
    dismiss(get_object_or_404(Announcement.objects.live(at=now()), uuid=uuid), user=request.user, at=now())
    if request.headers.get("HX-Request"):
        return HttpResponse("")
    back = request.POST.get("next", "")
    return redirect(back if url_has_allowed_host_and_scheme(back, allowed_hosts={request.get_host()}) else "home")
