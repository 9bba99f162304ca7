"""Who did what, and what people are told about."""

from datetime import datetime
from typing import Self

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.enums import Topic
from accounts.models.tenancy import Owned, OwnedQuerySet, Tenant
from config.db import Created, Public, enum_check


class AuditEntry(Public, Created):
    """One deed with what was before and after; of a shop, or (no tenant) of the whole system. Never changed."""

    tenant = models.ForeignKey(
        Tenant, models.CASCADE, related_name="+", verbose_name=_("tenant"), null=True, blank=True, db_index=False
    )
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("person"), null=True, blank=True
    )
    actor_name = models.CharField(_("who"), max_length=255)
    action = models.CharField(_("what was done"), max_length=64)
    target = models.CharField(_("with what"), max_length=255, blank=True)
    target_type = models.CharField(_("kind"), max_length=64, blank=True)
    target_key = models.CharField(_("id"), max_length=64, blank=True)
    before = models.JSONField(_("before"), default=dict, encoder=DjangoJSONEncoder, blank=True)
    after = models.JSONField(_("after"), default=dict, encoder=DjangoJSONEncoder, blank=True)
    ip = models.GenericIPAddressField(_("from the address"), null=True, blank=True)
    request_id = models.CharField(_("request"), max_length=64, blank=True)

    objects = OwnedQuerySet.as_manager()

    class Meta:
        db_table = "audit_log"
        verbose_name = _("audit entry")
        verbose_name_plural = _("audit log")
        indexes = [
            models.Index(fields=["tenant", "-id"], name="ix_auditentry_tenant"),
            models.Index(fields=["target_type", "target_key", "-id"], name="ix_auditentry_target"),
        ]

    def __str__(self) -> str:
        return f"{self.action} · {self.actor_name}"

    @property
    def changes(self) -> list[tuple[str, object, object]]:
        """Return what is different: the name, what it was and what it is."""
        names = dict.fromkeys([*self.before, *self.after])
        return [(name, self.before.get(name), self.after.get(name)) for name in names]


class NotificationQuerySet(OwnedQuerySet["Notification"]):
    """Notifications."""

    def shown_to(self, user: object) -> Self:
        """Keep what stands in this person's list."""
        return self.filter(user=user, is_shown=True)

    def unread(self) -> Self:
        """Keep what was not looked at."""
        return self.filter(read_at=None, is_shown=True)

    def mail_due(self, *, at: datetime) -> Self:
        """Keep those whose letter is due."""
        return self.filter(mail_after__lte=at)


class Notification(Public, Owned, Created):
    """Something one person should know, in their language; ``key`` keeps it from being told twice."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", verbose_name=_("person"), db_index=False
    )
    topic = models.CharField(_("about"), max_length=32, choices=Topic)
    title = models.CharField(_("title"), max_length=255)
    text = models.TextField(_("text"), blank=True)
    url = models.CharField(_("page"), max_length=500, blank=True)
    key = models.CharField(_("key"), max_length=128)
    is_shown = models.BooleanField(_("in the list"), default=True)
    read_at = models.DateTimeField(_("read"), null=True, blank=True)
    mail_after = models.DateTimeField(_("letter is due"), null=True, blank=True)

    objects = NotificationQuerySet.as_manager()

    class Meta:
        db_table = "notifications"
        verbose_name = _("notification")
        verbose_name_plural = _("notifications")
        indexes = [
            models.Index(fields=["user", "-id"], name="ix_notification_list"),
            models.Index(fields=["user"], name="ix_notification_unread", condition=Q(read_at=None, is_shown=True)),
            models.Index(fields=["mail_after"], name="ix_notification_mail", condition=Q(mail_after__isnull=False)),
        ]
        constraints = [
            models.UniqueConstraint(fields=["tenant", "user", "key"], name="uq_notifications_tenant_user_key"),
            enum_check("ck_notifications_topic", "topic", Topic),
        ]

    def __str__(self) -> str:
        return self.title


class NotificationPreference(models.Model):
    """How a person wants to hear about one topic; without a row, as ``Topic`` has it by default."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", db_index=False)
    topic = models.CharField(_("about"), max_length=32, choices=Topic)
    in_app = models.BooleanField(_("in the list"), default=True)
    by_mail = models.BooleanField(_("by e-mail"), default=False)

    class Meta:
        db_table = "notification_preferences"
        verbose_name = _("notification preference")
        verbose_name_plural = _("notification preferences")
        constraints = [
            models.UniqueConstraint(fields=["user", "topic"], name="uq_notification_preferences_user_topic"),
            enum_check("ck_notification_preferences_topic", "topic", Topic),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} {self.topic}"
