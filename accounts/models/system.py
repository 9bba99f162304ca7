"""Settings of the whole system, and the first steps people take in it."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.enums import SettingCategory, SettingType
from accounts.models.tenancy import Owned, OwnedQuerySet
from config.db import Created, Public, Timestamped, enum_check


class SystemSetting(Timestamped):
    """A switch of the whole system, kept as typed text."""

    category = models.CharField(_("category"), max_length=50, choices=SettingCategory)
    key = models.CharField(_("key"), max_length=100)
    value = models.TextField(_("value"), null=True, blank=True)  # noqa: DJ001 -- null means the default
    data_type = models.CharField(_("type"), max_length=20, choices=SettingType, default=SettingType.STRING)
    is_sensitive = models.BooleanField(_("sensitive"), default=False)
    description = models.TextField(_("description"), blank=True)
    default_value = models.TextField(_("default"), null=True, blank=True)  # noqa: DJ001 -- null means none
    is_active = models.BooleanField(_("active"), default=True)
    updated_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, related_name="+", null=True, blank=True)

    class Meta:
        db_table = "system_settings"
        verbose_name = _("system setting")
        verbose_name_plural = _("system settings")
        constraints = [
            models.UniqueConstraint(fields=["category", "key"], name="uq_system_settings_category_key"),
            enum_check("ck_system_settings_category", "category", SettingCategory),
            enum_check("ck_system_settings_data_type", "data_type", SettingType),
        ]

    def __str__(self) -> str:
        return f"{self.category}.{self.key}"


class StartPageEvent(Created):
    """One step of a visitor or new member on the way to the first answer."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, related_name="+", null=True, blank=True)
    session_id = models.CharField(_("session"), max_length=64)
    event_type = models.CharField(_("event"), max_length=64)
    step = models.SmallIntegerField(_("step"), null=True, blank=True)
    properties = models.JSONField(_("properties"), default=dict, blank=True)

    class Meta:
        db_table = "start_page_events"
        verbose_name = _("start page event")
        verbose_name_plural = _("start page events")

    def __str__(self) -> str:
        return f"{self.event_type} {self.step or ''}".strip()


class IdempotencyKey(Public, Owned, Created):
    """The answer a POST got, kept for a day so that its repeat has no second effect."""

    principal = models.CharField(_("caller"), max_length=64)
    route = models.CharField(_("address"), max_length=255)
    key = models.CharField(_("key"), max_length=255)
    body_hash = models.CharField(_("hash of the body"), max_length=64)
    status = models.SmallIntegerField(_("status"), null=True, blank=True)
    content_type = models.CharField(_("content type"), max_length=128, blank=True)
    body_encrypted = models.BinaryField(_("answer"), null=True, editable=False)

    objects = OwnedQuerySet.as_manager()

    class Meta:
        db_table = "idempotency_keys"
        verbose_name = _("idempotency key")
        verbose_name_plural = _("idempotency keys")
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "principal", "route", "key"], name="uq_idempotency_keys_tenant_principal_route_key"
            ),
            models.CheckConstraint(
                condition=Q(status=None, body_encrypted=None) | Q(status__gte=100, status__lt=600),
                name="ck_idempotency_keys_status",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.principal} {self.route}"
