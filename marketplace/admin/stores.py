"""Stores, products and settings in the admin: configuration may be edited, what was synced may not."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import AutocompleteSelectFilter

from config.admin import ModelAdmin
from marketplace.models import Product, ProductRule, SellerSettings, Store, StoreRule
from marketplace.models.stores import SYNCED

SYNC_FIELDS = tuple(f"last_{what}_update_{fact}" for what in SYNCED for fact in ("status", "date", "error"))


@admin.register(Store)
class StoreAdmin(ModelAdmin):
    """Seller accounts and how their syncs go."""

    list_display = ("name", "tenant", "status", "total_reviews", "total_chats", *SYNC_FIELDS[::3])
    list_filter = ("status", ("tenant", AutocompleteSelectFilter))
    list_filter_submit = True
    list_select_related = ("tenant",)
    search_fields = ("name__startswith",)
    ordering = ("-pk",)
    raw_id_fields = ("tenant", "integration")
    readonly_fields = (
        "uuid", *SYNC_FIELDS, "last_chat_update_next", "total_reviews", "total_chats", "chat_tag_counts",
        "created_at", "updated_at", "related",
    )  # fmt: skip
    fieldsets = (
        (None, {"fields": ("uuid", "tenant", "name", "status", "integration")}),
        (_("AI"), {"fields": ("ai_instructions", "is_auto_no_reply_enabled")}),
        (_("Syncs"), {"fields": (*SYNC_FIELDS, "last_chat_update_next")}),
        (_("Counts"), {"fields": ("total_reviews", "total_chats", "chat_tag_counts", "related")}),
        (_("Times"), {"fields": ("created_at", "updated_at")}),
    )


@admin.register(Product)
class ProductAdmin(ModelAdmin):
    """Cards of the catalogue; only how they are worked may be edited."""

    list_display = ("name", "wb_product_id", "vendor_code", "store", "price", "work_status", "is_active")
    list_filter = ("work_status", "is_active", ("store", AutocompleteSelectFilter))
    list_filter_submit = True
    list_select_related = ("store",)
    search_fields = ("=wb_product_id",)
    search_help_text = _("nmId")
    ordering = ("-pk",)
    fields = (
        "uuid", "tenant", "store", "wb_product_id", "vendor_code", "name", "price", "image_url", "review_count",
        "is_active", "work_status", "compensation_method", "last_review_update_date", "wb_api_data", "related",
        "created_at", "updated_at",
    )  # fmt: skip
    readonly_fields = tuple(name for name in fields if name not in {"is_active", "work_status", "compensation_method"})

    def has_add_permission(self, request: object) -> bool:
        """Refuse: products come from the sync."""
        return False


@admin.register(ProductRule)
class ProductRuleAdmin(ModelAdmin):
    """Which reviews lead to a complaint or a conversation."""

    list_display = ("product", "store", "submit_complaints", "work_in_chats", "chat_strategy", "offer_compensation")
    list_filter = ("submit_complaints", "work_in_chats", "chat_strategy", ("store", AutocompleteSelectFilter))
    list_filter_submit = True
    list_select_related = ("product", "store")
    search_fields = ("=product__wb_product_id",)
    search_help_text = _("nmId")
    ordering = ("-pk",)
    autocomplete_fields = ("store", "product")
    raw_id_fields = ("tenant",)
    readonly_fields = ("created_at", "updated_at")


@admin.register(SellerSettings)
class SellerSettingsAdmin(ModelAdmin):
    """Prompts and reminders of each tenant."""

    list_display = ("tenant", "ai_concurrency", "updated_at")
    list_select_related = ("tenant",)
    search_fields = ("=tenant__slug",)
    ordering = ("-pk",)
    raw_id_fields = ("tenant",)
    readonly_fields = ("created_at", "updated_at")


@admin.register(StoreRule)
class StoreRuleAdmin(ModelAdmin):
    """The rules of products that have none of their own."""

    list_display = ("store", "submit_complaints", "work_in_chats", "chat_strategy", "offer_compensation")
    list_filter = ("submit_complaints", "work_in_chats", ("store", AutocompleteSelectFilter))
    list_filter_submit = True
    list_select_related = ("store",)
    search_fields = ("store__name__startswith",)
    search_help_text = _("store")
    ordering = ("-pk",)
    autocomplete_fields = ("store",)
    raw_id_fields = ("tenant",)
    readonly_fields = ("created_at", "updated_at")
