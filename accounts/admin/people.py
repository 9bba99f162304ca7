"""People: the queue of those who wait, letting in, shutting out."""

from functools import partial
from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action, display

from accounts import services
from accounts.enums import UserStatus
from accounts.models import User
from config.admin import ModelAdmin


class QueueFilter(admin.SimpleListFilter):
    """Who waits for a decision of ours."""

    title = _("queue")
    parameter_name = "queue"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        """Return the queues."""
        return [("waiting", _("Waiting for approval")), ("unconfirmed", _("E-mail not confirmed"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[User]) -> QuerySet[User]:
        """Keep the people of the chosen queue."""
        if self.value() == "waiting":
            return queryset.filter(is_approved=False, is_email_confirmed=True, status=UserStatus.ACTIVE)
        if self.value() == "unconfirmed":
            return queryset.filter(is_email_confirmed=False)
        return queryset


@admin.register(User)
class UserAdmin(ModelAdmin):
    """Sellers' people and our staff; they sign up by themselves."""

    list_display = ("email", "full_name", "state", "is_staff", "last_activity", "created_at")
    list_filter = (QueueFilter, "status", "is_staff")
    search_fields = ("^email",)
    search_help_text = _("The beginning of the e-mail")
    ordering = ("-id",)
    date_hierarchy = None
    actions = ("approve_people", "block_people", "unblock_people")
    actions_detail: Any = ("approve_person", "block_person", "unblock_person")
    readonly_fields = (
        "uuid",
        "email",
        "status",
        "is_email_confirmed",
        "is_approved",
        "approved_at",
        "yandex_id",
        "welcome_bonus_received",
        "onboarding_step",
        "onboarding_completed",
        "last_login",
        "last_activity",
        "created_at",
        "updated_at",
    )
    filter_horizontal = ("groups",)
    fieldsets = (
        (None, {"fields": ("email", "full_name", "phone", "language_code", "timezone")}),
        (_("Standing"), {"fields": ("status", "is_email_confirmed", "is_approved", "approved_at", "yandex_id")}),
        (_("Staff"), {"fields": ("is_staff", "is_superuser", "groups")}),
        (_("First steps"), {"fields": ("onboarding_step", "onboarding_completed", "welcome_bonus_received")}),
        (_("Times"), {"fields": ("uuid", "last_login", "last_activity", "created_at", "updated_at")}),
    )

    @display(
        description=_("Standing"),  # type: ignore[arg-type, operator]  # lazy text; an untyped decorator
        label={"active": "success", "waiting": "warning", "unconfirmed": "info", "blocked": "danger"},
    )
    def state(self, user: User) -> tuple[str, Any]:
        """Return where the person is on the way in."""
        if user.status == UserStatus.BLOCKED:
            return "blocked", _("Blocked")
        if not user.is_email_confirmed:
            return "unconfirmed", _("Not confirmed")
        return ("active", _("Active")) if user.is_approved else ("waiting", _("Waiting"))

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Refuse: people sign up."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Refuse: people are blocked; their traces stay."""
        return False

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """Let only superusers make staff."""
        fields = super().get_readonly_fields(request, obj)
        return fields if request.user.is_superuser else (*fields, "is_staff", "is_superuser", "groups")  # type: ignore[union-attr]  # staff

    @admin.action(description=_("Let in"), permissions=["change"])
    def approve_people(self, request: HttpRequest, people: QuerySet[User]) -> None:
        """Approve the chosen people."""
        self.each(
            request, people, lambda user: services.approve(user, by=_staff(request), at=now()), _("%(count)d let in.")
        )

    @admin.action(description=_("Block"), permissions=["change"])
    def block_people(self, request: HttpRequest, people: QuerySet[User]) -> None:
        """Shut the chosen people out."""
        self.each(
            request, people, lambda user: services.block(user, by=_staff(request), at=now()), _("%(count)d blocked.")
        )

    @admin.action(description=_("Unblock"), permissions=["change"])
    def unblock_people(self, request: HttpRequest, people: QuerySet[User]) -> None:
        """Let the chosen people in again."""
        self.each(request, people, partial(services.unblock, by=_staff(request)), _("%(count)d unblocked."))

    @action(description=_("Let in"), icon="how_to_reg", permissions=["change"])  # type: ignore[arg-type, operator]  # lazy text; an untyped decorator
    def approve_person(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Approve this person."""
        return self._decide(request, object_id, "approve_people")

    @action(description=_("Block"), icon="block", permissions=["change"])  # type: ignore[arg-type, operator]  # lazy text; an untyped decorator
    def block_person(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Shut this person out."""
        return self._decide(request, object_id, "block_people")

    @action(description=_("Unblock"), icon="lock_open", permissions=["change"])  # type: ignore[arg-type, operator]  # lazy text; an untyped decorator
    def unblock_person(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Let this person in again."""
        return self._decide(request, object_id, "unblock_people")

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Keep staff away from superusers' rows, unless they are one."""
        is_protected = isinstance(obj, User) and obj.is_superuser and not request.user.is_superuser  # type: ignore[union-attr]  # staff
        return super().has_change_permission(request, obj) and not is_protected

    def _decide(self, request: HttpRequest, object_id: str, verb: str) -> HttpResponse:
        user = get_object_or_404(User, pk=object_id)
        if self.has_change_permission(request, user):
            getattr(self, verb)(request, User.objects.filter(pk=user.pk))
        else:
            self.message_user(request, _("You may not change this person."), messages.ERROR)
        return redirect("admin:accounts_user_change", object_id)


def _staff(request: HttpRequest) -> Any:
    return request.user
