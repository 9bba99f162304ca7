"""The middleware that shows staff a shop with the eyes of one of its people.

The session stays the staff member's own. Outside the admin ``request.user``
is the seller's person and ``request.tenant`` the shop; what may be written is
named below, so that a new page is refused until somebody decides otherwise.
"""

from collections.abc import Callable
from typing import Any, Final
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.timezone import now
from rest_framework.permissions import SAFE_METHODS

from accounts.errors import NotWhileImpersonating
from accounts.models import Impersonation
from accounts.services.impersonating import end_impersonation, note_step

SESSION_KEY: Final = "impersonation"
END: Final = "/impersonation/end/"
OUTSIDE: Final = ("/admin/", "/i18n/", "/healthz", "/readyz", "/metrics", "/static/", END)  # as staff, themselves
HIDDEN: Final = (  # passwords, second factors, keys, sessions, everything the shop has as one file
    "/accounts/",
    "/api-keys/",
    "/invitations/",
    "/profile/sessions/",
    "/settings/data/",
)
WRITABLE: Final = (
    "/knowledge/",
    "/assistants/",
    "/dialogs/",
    "/tickets/",
    "/reviews/",
    "/complaints/",
    "/chats/",
    "/products/",
)


class ImpersonationMiddleware:
    """Put the seller's person in the staff member's place, refuse what is not theirs to do, write everything down."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Serve the request, as whom it is."""
        request.impersonation = None  # type: ignore[attr-defined]  # ours
        marked = request.session.get(SESSION_KEY) if hasattr(request, "session") else None
        if not marked or request.path_info.startswith(OUTSIDE) or request.headers.get("Authorization"):
            return self.get_response(request)
        live = self._live(request, marked)
        if live is None:
            del request.session[SESSION_KEY]
            return redirect("admin:index")
        request.impersonation, request.user = live, live.person  # type: ignore[attr-defined]  # ours
        request._cached_user = live.person  # type: ignore[attr-defined]  # noqa: SLF001 -- what auth's own laziness reads
        refused = self._refusal(request)
        response = refused if refused is not None else self.get_response(request)
        note_step(live, method=request.method or "", path=request.path_info, status=response.status_code, at=now())
        return response

    def _live(self, request: HttpRequest, marked: str) -> Impersonation | None:
        rows = Impersonation.objects.live(at=now()).select_related("person", "tenant", "staff")
        live = rows.filter(uuid=UUID(marked), staff_id=request.user.pk, person__status="active").first()
        if live is None:
            return None
        if not live.staff.has_perm("accounts.add_impersonation"):
            end_impersonation(live, at=now())
            return None
        return live

    def _refusal(self, request: HttpRequest) -> HttpResponse | None:
        path = request.path_info
        is_writing = request.method not in SAFE_METHODS
        if not path.startswith(HIDDEN) and not (is_writing and not path.startswith(WRITABLE)):
            return None
        refusal: Any = NotWhileImpersonating()
        return render(request, "refused.html", {"refusal": refusal}, status=refusal.status)
