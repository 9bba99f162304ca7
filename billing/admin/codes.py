"""Promo codes and invitations."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from billing.admin.dialogs import staff
from billing.enums import RewardStatus
from billing.models import PromoCode, PromoCodeUsage, Referral, ReferralCode, ReferralReward
from config.admin import FactAdmin, ModelAdmin


@admin.register(PromoCode)
class PromoCodeAdmin(ModelAdmin):
    """Codes our staff gives away."""

    list_display = ("code", "type", "value", "min_amount", "used_count", "max_uses", "is_active", "expires_at")
    list_filter = ("is_active", "type")
    search_fields = ("^code",)
    search_help_text = _("The beginning of the code, in capitals")
    ordering = ("-id",)
    readonly_fields = ("used_count", "created_by", "created_at")
    fieldsets = (
        (None, {"fields": ("code", "type", "value", "min_amount")}),
        (_("Limits"), {"fields": ("max_uses", "max_per_tenant", "starts_at", "expires_at", "is_active")}),
        (_("Use"), {"fields": ("used_count", "created_by", "created_at")}),
    )

    def get_readonly_fields(self, request: HttpRequest, obj: PromoCode | None = None) -> Any:
        """Keep what a code gives once somebody has used it."""
        fields = super().get_readonly_fields(request, obj)
        return (*fields, "code", "type", "value", "min_amount") if obj and obj.used_count else fields

    def has_delete_permission(self, request: HttpRequest, obj: PromoCode | None = None) -> bool:
        """Allow to delete only codes nobody used."""
        return super().has_delete_permission(request, obj) and not (obj and obj.used_count)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: Any) -> None:
        """Note who made the code, and leave the count of uses to whoever uses it meanwhile."""
        if not change:
            obj.created_by = staff(request)
            super().save_model(request, obj, form, change)
        elif form.changed_data:
            obj.save(update_fields=form.changed_data)


@admin.register(PromoCodeUsage)
class PromoCodeUsageAdmin(FactAdmin):
    """Who used which code."""

    list_display = ("created_at", "tenant", "promo_code", "entry", "used_by")
    list_select_related = ("tenant", "promo_code", "entry", "used_by")
    search_fields = ("=promo_code__code", "=tenant__slug")
    search_help_text = _("The code, or the shop's short name")
    ordering = ("-id",)


@admin.register(ReferralCode)
class ReferralCodeAdmin(FactAdmin):
    """Shops' own codes for inviting others."""

    list_display = ("code", "tenant", "clicks", "referrals_count", "total_earned", "created_at")
    list_select_related = ("tenant",)
    search_fields = ("=code", "=tenant__slug")
    search_help_text = _("The code, or the shop's short name")
    ordering = ("-id",)


@admin.register(Referral)
class ReferralAdmin(FactAdmin):
    """Shops that came by invitation."""

    list_display = ("created_at", "tenant", "referred_tenant", "referral_code")
    list_select_related = ("tenant", "referred_tenant", "referral_code")
    search_fields = ("=referral_code__code", "=tenant__slug", "=referred_tenant__slug")
    search_help_text = _("The code, or a shop's short name")
    ordering = ("-id",)


@admin.register(ReferralReward)
class ReferralRewardAdmin(FactAdmin):
    """What invitations earn, and until when it is on hold."""

    list_display = ("created_at", "tenant", "referral", "amount", "status", "available_at")
    list_select_related = ("tenant", "referral__referral_code", "referral__referred_tenant")
    list_filter = ("status",)
    search_fields = ("=uuid", "=tenant__slug", "=referral__referred_tenant__slug")
    search_help_text = _("The reward's uuid, or a shop's short name")
    ordering = ("-id",)
    actions = ("refuse",)

    def has_refuse_permission(self, request: HttpRequest) -> bool:
        """Say who may refuse rewards."""
        return request.user.has_perm("billing.change_referralreward")

    @admin.action(description=_("Refuse"), permissions=["refuse"])
    def refuse(self, request: HttpRequest, rewards: QuerySet[ReferralReward]) -> None:
        """Refuse rewards on hold that look like one person inviting themselves."""
        self.each(request, rewards, lambda reward: reward.move_to(RewardStatus.REFUSED), _("%(count)d refused."))
