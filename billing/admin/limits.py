"""Limits of shops, warnings of their owners, and the proofs of the ledger: to read."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from billing.models import BalanceHour, BalanceWarning, LedgerProof, SpendCap
from config.admin import FactAdmin


@admin.register(SpendCap)
class SpendCapAdmin(FactAdmin):
    """What shops let themselves spend."""

    list_display = ("tenant", "per_day", "per_month", "updated_at", "updated_by")
    list_select_related = ("tenant", "updated_by")
    search_fields = ("=tenant__slug",)
    search_help_text = _("The shop's short name")
    ordering = ("-id",)


@admin.register(BalanceWarning)
class BalanceWarningAdmin(FactAdmin):
    """What owners were warned of, and when."""

    list_display = ("created_at", "tenant", "kind", "available", "days", "told_at", "over_at")
    list_select_related = ("tenant",)
    list_filter = ("kind",)
    search_fields = ("=tenant__slug",)
    search_help_text = _("The shop's short name")
    ordering = ("-id",)


@admin.register(BalanceHour)
class BalanceHourAdmin(FactAdmin):
    """What came and went by the hour."""

    list_display = ("hour", "tenant", "kind", "channel", "came", "went", "entries")
    list_select_related = ("tenant",)
    list_filter = ("kind",)
    search_fields = ("=tenant__slug",)
    search_help_text = _("The shop's short name")
    ordering = ("-id",)


@admin.register(LedgerProof)
class LedgerProofAdmin(FactAdmin):
    """What the nightly proofs found."""

    list_display = ("created_at", "balances", "wrong", "seconds")
    ordering = ("-id",)
