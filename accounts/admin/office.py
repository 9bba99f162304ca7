"""Looks through sellers' eyes, to read; announcements, to write."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.models import Announcement, AnnouncementDismissal, Impersonation, ImpersonationStep
from accounts.services.announcing import forget_announcements
from config.admin import FactAdmin, ModelAdmin


@admin.register(Impersonation)
class ImpersonationAdmin(FactAdmin):
    """Who looked, at whom, why and how long; a look begins on the shop's page."""

    list_display = ("created_at", "staff", "person", "tenant", "reason", "expires_at", "ended_at")
    list_select_related = ("staff", "person", "tenant")
    search_fields = ("tenant__slug__exact", "^staff__email", "^person__email")
    search_help_text = _("The shop’s slug, or the beginning of an e-mail")
    ordering = ("-id",)
    readonly_fields = ("related",)


@admin.register(ImpersonationStep)
class ImpersonationStepAdmin(FactAdmin):
    """What was opened or tried meanwhile."""

    list_display = ("created_at", "impersonation", "method", "path", "status")
    list_select_related = ("impersonation__staff", "impersonation__person")
    list_filter = ("method",)
    search_fields = ("path__startswith",)
    ordering = ("-id",)


@admin.register(Announcement)
class AnnouncementAdmin(ModelAdmin):
    """What sellers' people read at the top of their pages."""

    list_display = ("text_ru", "tone", "audience", "starts_at", "ends_at", "is_dismissable")
    list_filter = ("tone", "audience")
    search_fields = ("=uuid",)
    ordering = ("-starts_at",)
    fields = ("text_ru", "text_en", "link", "tone", "audience", "starts_at", "ends_at", "is_dismissable")

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:  # noqa: FBT001 -- Django's signature
        """Remember who wrote it, and show it at once."""
        if not change:
            obj.created_by = request.user
        super().save_model(request, obj, form, change)
        forget_announcements()


@admin.register(AnnouncementDismissal)
class AnnouncementDismissalAdmin(FactAdmin):
    """Who has put what away."""

    list_display = ("announcement", "user", "created_at")
    list_select_related = ("announcement", "user")
    search_fields = ("^user__email",)
    ordering = ("-id",)
