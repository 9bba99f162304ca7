"""Which tenant a page is about, in whose language and time it speaks, and who may see it yet."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.conf import settings
from django.contrib import messages
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext as _

from accounts import services
from accounts.models import Invitation, Tenant, User
from accounts.services import safety
from accounts.visits import note_visit

SESSION_KEY: Final = "tenant"
HEADER: Final = "Otklik-Tenant"
ACTIVITY_IS_NOTED_EVERY: Final = timedelta(minutes=5)
ELSEWHERE: Final = (
    "/profile/",
    "/switch-tenant/",
    "/notifications/bell/",
)  # about the person, or a way to another shop
BEFORE_APPROVAL: Final = ("/accounts/", "/admin/", "/api/", "/i18n/", "/invitations/")

GetResponse = Callable[[HttpRequest], HttpResponse]


def current_tenant(request: HttpRequest) -> Tenant | None:
    """Return the tenant this request is about.

    An API key has one. A person names one with the header ``Otklik-Tenant``
    (its uuid) or chooses one in the dashboard; else it is their first.

    Raises:
        Http404: the header names a tenant the caller does not belong to.
    """
    tenants = Tenant.objects.visible_to(request.user).order_by("pk")
    if look := getattr(request, "impersonation", None):
        return tenants.filter(pk=look.tenant_id).first()
    if named := request.headers.get(HEADER):
        uuid = _uuid(named)
        tenant = tenants.filter(uuid=uuid).first() if uuid else None
        if tenant is None:
            raise Http404
        return tenant
    chosen = request.session.get(SESSION_KEY) if hasattr(request, "session") else None
    return (tenants.filter(uuid=chosen).first() if chosen else None) or tenants.first()


class TenantMiddleware:
    """Set ``request.tenant`` (lazy), the person's time zone and, unless a cookie says otherwise, language."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Serve the page as the person wants it."""
        request.tenant = SimpleLazyObject(lambda: current_tenant(request))  # type: ignore[attr-defined]  # ours
        user = request.user
        if isinstance(user, User) or user.is_authenticated:
            self._adopt(request, user)
        else:
            timezone.deactivate()
        response = self.get_response(request)
        note_visit(request, response)
        return response

    def _adopt(self, request: HttpRequest, user: Any) -> None:
        try:
            timezone.activate(ZoneInfo(user.timezone))
        except (ZoneInfoNotFoundError, ValueError):
            timezone.deactivate()
        if settings.LANGUAGE_COOKIE_NAME not in request.COOKIES and translation.check_for_language(user.language_code):
            translation.activate(user.language_code)
            request.LANGUAGE_CODE = translation.get_language()
        if getattr(request, "impersonation", None):
            return  # not the person's own doing
        at = timezone.now()
        if user.last_activity is None or user.last_activity < at - ACTIVITY_IS_NOTED_EVERY:
            unnoted = Q(last_activity=None) | Q(last_activity__lt=at - ACTIVITY_IS_NOTED_EVERY)
            User.objects.filter(unnoted, pk=user.pk).update(last_activity=at)


class ApprovalMiddleware:
    """Show a waiting page to people whom our staff has not let in yet."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass the request on."""
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> HttpResponse | None:
        """Answer in the page's stead; public pages, log-in, the API and the admin have their own rules."""
        user = request.user
        if user.is_authenticated and getattr(view, "login_required", True) and _needs_second_factor(request):
            messages.warning(request, _("Set up the second step of log-in first."))
            return redirect("mfa_activate_totp")
        is_public = not getattr(view, "login_required", True) or request.path_info.startswith(BEFORE_APPROVAL)
        if is_public or not user.is_authenticated or user.is_approved:
            return None
        open_ones = Invitation.objects.open(at=timezone.now()).filter(email=user.email.lower())
        invitations = [
            (invitation, reverse("accept_invitation", args=[services.invitation_token(invitation)]))
            for invitation in open_ones.select_related("tenant")
        ]
        return render(request, "accounts/waiting.html", {"invitations": invitations}, status=403)


def _needs_second_factor(request: HttpRequest) -> bool:
    """Say whether the page does not open before the person has a second step of log-in."""
    user, path = request.user, request.path_info
    if not isinstance(user, User):
        return False
    if path.startswith("/admin/"):
        return user.is_staff and safety.lacks_staff_factor(user, at=timezone.now())
    if path.startswith(BEFORE_APPROVAL) or path in ELSEWHERE:
        return False
    return safety.lacks_shop_factor(user, getattr(request, "tenant", None) or None)


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
