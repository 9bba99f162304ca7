"""Shops, their teams and invitations."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action

from accounts.models import Invitation, Membership, Tenant
from config.admin import FactAdmin, ModelAdmin


@admin.register(Tenant)
class TenantAdmin(ModelAdmin):
    """Shops; they are switched off, never deleted."""

    list_display = ("name", "slug", "owner", "is_active", "is_demo", "created_at")
    list_filter = ("is_active", "is_demo")
    list_select_related = ("owner",)
    search_fields = ("slug__startswith",)
    search_help_text = _("The beginning of the slug")
    ordering = ("-id",)
    autocomplete_fields = ("owner",)
    readonly_fields = ("uuid", "slug", "is_demo", "created_at", "updated_at")
    actions_detail: Any = ("everything",)
    actions_row: Any = ("everything",)
    fields = (
        "name",
        "slug",
        "owner",
        "is_active",
        "language_code",
        "timezone",
        *readonly_fields[:1],
        *readonly_fields[2:],
    )

    @action(description=_("Everything about it"), icon="storefront")  # type: ignore[arg-type, operator]  # lazy text; an untyped decorator
    def everything(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Go to the page that tells everything about the shop."""
        return redirect("admin:shop", pk=object_id)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Refuse: a shop is opened by sign-up."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Refuse: money and messages hang on it."""
        return False


@admin.register(Membership)
class MembershipAdmin(ModelAdmin):
    """Who works where."""

    list_display = ("user", "tenant", "role", "created_at")
    list_filter = ("role",)
    list_select_related = ("user", "tenant")
    search_fields = ("^user__email",)
    search_help_text = _("The beginning of the e-mail")
    ordering = ("-id",)
    autocomplete_fields = ("user", "tenant")
    fields = ("tenant", "user", "role", "invited_by", "created_at")
    readonly_fields = ("invited_by", "created_at")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """Keep person and shop of an existing membership."""
        fields = super().get_readonly_fields(request, obj)
        return (*fields, "user", "tenant") if obj else fields


@admin.register(Invitation)
class InvitationAdmin(FactAdmin):
    """People asked to join."""

    list_display = ("email", "tenant", "role", "expires_at", "accepted_at", "revoked_at")
    list_filter = ("role",)
    list_select_related = ("tenant",)
    search_fields = ("tenant__slug__exact",)
    search_help_text = _("The shop’s slug")
    ordering = ("-id",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Return the invitations with who sent them."""
        return super().get_queryset(request).select_related("tenant", "invited_by")
