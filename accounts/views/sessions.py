"""Where a person is logged in, and how to end it."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from accounts.pages import Request
from accounts.services import safety


@require_safe
def sessions(request: Request) -> HttpResponse:
    """List the sessions of the person."""
    rows = [safety.facts_of(session) for session in safety.sessions_of(request.user)]
    context = {"sessions": rows, "current": request.session.session_key}
    return render(request, "accounts/sessions.html", context)


@require_POST
def end_sessions(request: Request) -> HttpResponse:
    """End one session, or all but this one."""
    chosen = request.POST.get("session", "")
    only = int(chosen) if chosen.isascii() and chosen.isdigit() and len(chosen) < len("1" * 18) else None
    if chosen and only is None:
        return redirect("sessions")
    count = safety.end_sessions(request.user, spared=request.session.session_key or "", only=only)
    words = ngettext("%(count)d session ended.", "%(count)d sessions ended.", count) % {"count": count}
    messages.success(request, words if count else _("There was no other session."))
    return redirect("sessions")
