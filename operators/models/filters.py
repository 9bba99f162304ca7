"""Views of the list of tickets that a person keeps."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Owned, OwnedQuerySet, Tenant
from config.db import Created, Public


class SavedFilter(Public, Owned, Created):
    """Filters under a name; everybody has their own."""

    tenant = models.ForeignKey(Tenant, models.CASCADE, related_name="+", db_index=False, verbose_name=_("tenant"))
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", verbose_name=_("whose"))
    name = models.CharField(_("name"), max_length=60)
    query = models.CharField(_("filters"), max_length=500)

    objects = OwnedQuerySet.as_manager()

    class Meta:
        db_table = "ticket_filters"
        verbose_name = _("saved filter")
        verbose_name_plural = _("saved filters")
        constraints = [
            models.UniqueConstraint(fields=["tenant", "user", "name"], name="uq_ticket_filters_tenant_user_name"),
            models.CheckConstraint(condition=~Q(name="") & ~Q(query=""), name="ck_ticket_filters_name"),
        ]

    def __str__(self) -> str:
        return self.name
