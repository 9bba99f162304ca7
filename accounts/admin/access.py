"""Keys of programs, and what allauth keeps about how people log in."""

from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount, SocialApp, SocialToken
from django.contrib import admin
from django.contrib.auth.models import Group
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from accounts import services
from accounts.models import ApiKey, IdempotencyKey
from config.admin import FactAdmin, ModelAdmin

for _model in (EmailAddress, Authenticator, SocialAccount, SocialApp, SocialToken, Group):
    if admin.site.is_registered(_model):
        admin.site.unregister(_model)


@admin.register(ApiKey)
class ApiKeyAdmin(FactAdmin):
    """API keys: seen by their first letters, ended by an action."""

    actions = ("revoke",)
    list_display = ("name", "prefix", "tenant", "scopes", "last_used_at", "expires_at", "revoked_at")
    list_select_related = ("tenant",)
    search_fields = ("tenant__slug__exact",)
    search_help_text = _("The shop’s slug")
    ordering = ("-id",)
    fields = (
        "uuid", "tenant", "name", "prefix", "scopes", "created_by", "created_at", "last_used_at",
        "expires_at", "revoked_at",
    )  # fmt: skip

    @admin.action(description=_("Revoke"), permissions=["view"])
    def revoke(self, request: HttpRequest, keys: QuerySet[ApiKey]) -> None:
        """End the chosen keys for good."""
        self.each(request, keys, lambda key: services.revoke_api_key(key, by=None, at=now()), _("%(count)d revoked."))


@admin.register(IdempotencyKey)
class IdempotencyKeyAdmin(FactAdmin):
    """Requests whose answers are kept for a day; the answers themselves are encrypted."""

    list_display = ("route", "principal", "tenant", "status", "created_at")
    list_select_related = ("tenant",)
    search_fields = ("tenant__slug__exact",)
    ordering = ("-id",)
    fields = ("uuid", "tenant", "principal", "route", "status", "content_type", "created_at")


@admin.register(Group)
class GroupAdmin(ModelAdmin):
    """What kinds of our staff may do."""

    search_fields = ("name__startswith",)
    ordering = ("name",)
    filter_horizontal = ("permissions",)


@admin.register(EmailAddress)
class EmailAddressAdmin(FactAdmin):
    """E-mails of people, confirmed or on the way to it."""

    list_display = ("email", "user", "primary", "verified")
    list_filter = ("verified", "primary")
    list_select_related = ("user",)
    search_fields = ("^email",)
    ordering = ("-id",)


@admin.register(SocialAccount)
class SocialAccountAdmin(FactAdmin):
    """Yandex IDs of people."""

    list_display = ("user", "provider", "uid", "last_login", "date_joined")
    list_filter = ("provider",)
    list_select_related = ("user",)
    search_fields = ("uid__exact",)
    ordering = ("-id",)
    fields = ("user", "provider", "uid", "last_login", "date_joined")


@admin.register(Authenticator)
class AuthenticatorAdmin(FactAdmin):
    """Second factors of people; one is removed when its owner lost it."""

    list_display = ("user", "type", "created_at", "last_used_at")
    list_filter = ("type",)
    list_select_related = ("user",)
    search_fields = ("^user__email",)
    ordering = ("-id",)
    fields = ("user", "type", "created_at", "last_used_at")

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Let superusers remove a lost factor."""
        return bool(request.user.is_superuser)  # type: ignore[union-attr]  # staff
