"""Seller accounts on Wildberries, and what belongs to one."""

from typing import Any, Final

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.enums import SyncStatus
from accounts.models import Integration, Owned, OwnedQuerySet, Tenant
from config.db import Public, Timestamped, enum_check
from marketplace.enums import StoreStatus

SYNCED: Final = ("product", "review", "chat", "question")


def _sync_status(verbose_name: Any) -> "models.CharField[Any, Any]":
    return models.CharField(verbose_name, max_length=16, choices=SyncStatus, null=True, blank=True)


class Store(Public, Owned, Timestamped):
    """One seller account; its tokens are the encrypted credentials of its integration."""

    tenant = models.ForeignKey(Tenant, models.CASCADE, related_name="+", db_index=False, verbose_name=_("tenant"))
    integration = models.OneToOneField(
        Integration, models.RESTRICT, related_name="+", null=True, blank=True, verbose_name=_("integration")
    )
    sid = models.CharField(  # noqa: DJ001 -- null: not connected, and then not unique
        _("cabinet"), max_length=64, null=True, blank=True, editable=False
    )
    name = models.CharField(_("name"), max_length=255)
    status = models.CharField(_("status"), max_length=20, choices=StoreStatus, default=StoreStatus.ACTIVE)
    ai_instructions = models.TextField(
        _("instructions for the AI"), blank=True, help_text=_("Tone, rules and limits for this store's replies.")
    )
    is_auto_no_reply_enabled = models.BooleanField(_("automatic reminders"), default=False)

    last_product_update_status = _sync_status(_("products: sync"))
    last_product_update_date = models.DateTimeField(_("products: synced"), null=True, blank=True)
    last_product_update_error = models.TextField(_("products: error"), blank=True)
    last_review_update_status = _sync_status(_("reviews: sync"))
    last_review_update_date = models.DateTimeField(_("reviews: synced"), null=True, blank=True)
    last_review_update_error = models.TextField(_("reviews: error"), blank=True)
    last_chat_update_status = _sync_status(_("chats: sync"))
    last_chat_update_date = models.DateTimeField(_("chats: synced"), null=True, blank=True)
    last_chat_update_next = models.TextField(_("chats: cursor"), blank=True)
    last_chat_update_error = models.TextField(_("chats: error"), blank=True)
    last_question_update_status = _sync_status(_("questions: sync"))
    last_question_update_date = models.DateTimeField(_("questions: synced"), null=True, blank=True)
    last_question_update_error = models.TextField(_("questions: error"), blank=True)

    total_reviews = models.IntegerField(_("reviews"), default=0)
    total_chats = models.IntegerField(_("chats"), default=0)
    chat_tag_counts = models.JSONField(_("chats per tag"), default=dict, blank=True)

    objects = OwnedQuerySet.as_manager()

    class Meta:
        db_table = "stores"
        verbose_name = _("store")
        verbose_name_plural = _("stores")
        constraints = [
            # One cabinet has one owner here: two tenants would spend one budget and answer each other's buyers.
            models.UniqueConstraint(fields=["sid"], name="uq_stores_sid"),
            enum_check("ck_stores_status", "status", StoreStatus),
            *(
                enum_check(f"ck_stores_last_{what}_update_status", f"last_{what}_update_status", SyncStatus)
                for what in SYNCED
            ),
            models.CheckConstraint(condition=Q(total_reviews__gte=0, total_chats__gte=0), name="ck_stores_counts"),
        ]

    def __str__(self) -> str:
        return self.name


class OfStore(Owned):
    """A row that belongs to a store; the tenant is repeated for filters and for the database's own check.

    Neither column has an index of its own: the named performance indexes and
    ``uq_<table>_tenant_id_id`` begin with them.
    """

    tenant = models.ForeignKey(Tenant, models.CASCADE, related_name="+", db_index=False, verbose_name=_("tenant"))
    store = models.ForeignKey(Store, models.CASCADE, related_name="%(class)ss", db_index=False, verbose_name=_("store"))

    class Meta:
        abstract = True
