"""Tenants, and what it means to belong to one."""

from datetime import datetime
from typing import Any, Self, TypeVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.enums import Goal, Role
from config.db import Created, Public, Timestamped, enum_check

LEAST_KEPT = 7  # days: a conversation under way is never cut

M = TypeVar("M", bound=models.Model)


def tenants_of(principal: Any) -> Any:
    """Return the ids of the tenants whose rows ``principal`` may see.

    An API key sees its own tenant, a person those of their memberships,
    anybody else none.
    """
    if not getattr(principal, "is_authenticated", False):
        return ()
    if (tenant_id := getattr(principal, "tenant_id", None)) is not None:
        return (tenant_id,)
    if not (getattr(principal, "pk", None) and principal.is_active and principal.is_approved):
        return ()
    return Membership.objects.filter(user_id=principal.pk, tenant__is_active=True).values("tenant_id")


class OwnedQuerySet(models.QuerySet[M]):
    """Rows that belong to a tenant."""

    def visible_to(self, principal: Any) -> Self:
        """Keep the rows ``principal`` may see: of their tenants, or none at all."""
        tenants = tenants_of(principal)
        return self.none() if tenants == () else self.filter(tenant__in=tenants)

    def of(self, tenant: "Tenant") -> Self:
        """Keep the rows of one tenant."""
        return self.filter(tenant=tenant)


class TenantQuerySet(models.QuerySet["Tenant"]):
    """Tenants."""

    def visible_to(self, principal: Any) -> Self:
        """Keep the tenants ``principal`` belongs to."""
        tenants = tenants_of(principal)
        return self.none() if tenants == () else self.filter(pk__in=tenants)


class Tenant(Public, Timestamped):
    """One seller's company: the owner of everything it stores here."""

    name = models.CharField(_("name"), max_length=255)
    slug = models.SlugField(_("slug"), max_length=64, unique=True)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        related_name="owned_tenants",
        verbose_name=_("owner"),
        null=True,
        blank=True,
    )
    is_active = models.BooleanField(_("active"), default=True)
    is_demo = models.BooleanField(_("demo"), default=False)
    language_code = models.CharField(_("language"), max_length=10, default="ru")
    timezone = models.CharField(_("time zone"), max_length=50, default="Europe/Moscow")
    goal = models.CharField(_("what for"), max_length=16, choices=Goal, blank=True)
    website = models.URLField(_("website"), max_length=255, blank=True)
    needs_second_factor = models.BooleanField(_("members need a second step"), default=False)
    keep_dialogs_days = models.IntegerField(_("days to keep conversations"), null=True, blank=True)
    keep_events_days = models.IntegerField(_("days to keep events"), null=True, blank=True)
    keep_files_days = models.IntegerField(_("days to keep files of conversations"), null=True, blank=True)

    objects = TenantQuerySet.as_manager()

    class Meta:
        db_table = "tenants"
        verbose_name = _("tenant")
        verbose_name_plural = _("tenants")
        constraints = [
            models.CheckConstraint(condition=Q(goal="") | Q(goal__in=list(Goal.values)), name="ck_tenants_goal"),
            models.CheckConstraint(
                condition=(Q(keep_dialogs_days=None) | Q(keep_dialogs_days__gte=LEAST_KEPT))
                & (Q(keep_events_days=None) | Q(keep_events_days__gte=1))
                & (Q(keep_files_days=None) | Q(keep_files_days__gte=1)),
                name="ck_tenants_kept",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Owned(models.Model):
    """A row that belongs to a tenant.

    Each model names its own ``objects``, made from an ``OwnedQuerySet``;
    ``tests/test_tenancy.py`` refuses one that does not.
    """

    tenant = models.ForeignKey(Tenant, models.CASCADE, related_name="+", verbose_name=_("tenant"))

    class Meta:
        abstract = True


class Membership(Owned, Created):
    """A person's place in a tenant."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="memberships", verbose_name=_("person")
    )
    tenant = models.ForeignKey(Tenant, models.CASCADE, related_name="memberships", verbose_name=_("tenant"))
    role = models.CharField(_("role"), max_length=32, choices=Role, default=Role.USER)
    invited_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, related_name="+", null=True, blank=True)

    objects = OwnedQuerySet.as_manager()

    class Meta:
        db_table = "memberships"
        verbose_name = _("membership")
        verbose_name_plural = _("memberships")
        constraints = [
            models.UniqueConstraint(fields=["tenant", "user"], name="uq_memberships_tenant_user"),
            enum_check("ck_memberships_role", "role", Role),
        ]

    def __str__(self) -> str:
        return f"{self.user} · {self.get_role_display()}"


class InvitationQuerySet(OwnedQuerySet["Invitation"]):
    """Invitations."""

    def open(self, *, at: datetime) -> Self:
        """Keep invitations that can still be accepted."""
        return self.filter(accepted_at=None, revoked_at=None, expires_at__gt=at, tenant__is_active=True)


class Invitation(Public, Owned, Created):
    """A person asked to join a tenant; the link carries a signed token."""

    email = models.EmailField(_("e-mail"), max_length=255)
    role = models.CharField(_("role"), max_length=32, choices=Role, default=Role.OPERATOR)
    invited_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, related_name="+", null=True)
    expires_at = models.DateTimeField(_("expires"))
    accepted_at = models.DateTimeField(_("accepted"), null=True, blank=True)
    revoked_at = models.DateTimeField(_("revoked"), null=True, blank=True)

    objects = InvitationQuerySet.as_manager()

    class Meta:
        db_table = "invitations"
        verbose_name = _("invitation")
        verbose_name_plural = _("invitations")
        constraints = [
            enum_check("ck_invitations_role", "role", Role),
            models.UniqueConstraint(
                fields=["tenant", "email"],
                condition=Q(accepted_at__isnull=True, revoked_at__isnull=True),
                name="uq_invitations_tenant_email_open",
            ),
        ]

    def __str__(self) -> str:
        return self.email
