"""End customers: people who write, by whatever channel."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import Owned, OwnedQuerySet
from config.db import Created, Public, Timestamped, enum_check
from dialogs.enums import Channel


class Contact(Public, Owned, Timestamped):
    """One person over all channels; never somebody who logs in here."""

    first_name = models.CharField(_("first name"), max_length=255, blank=True)
    last_name = models.CharField(_("last name"), max_length=255, blank=True)
    email = models.EmailField(_("e-mail"), max_length=255, blank=True)
    phone = models.CharField(_("phone"), max_length=50, blank=True)
    language_code = models.CharField(_("language"), max_length=10, blank=True)
    metadata = models.JSONField(_("metadata"), default=dict, blank=True)

    objects = OwnedQuerySet.as_manager()

    class Meta:
        db_table = "contacts"
        verbose_name = _("contact")
        verbose_name_plural = _("contacts")

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        """Return the name to show, or a number for a nameless visitor."""
        return f"{self.first_name} {self.last_name}".strip() or str(_("Visitor {number}")).format(number=self.pk)


class ContactIdentity(Owned, Created):
    """What one platform calls a contact."""

    contact = models.ForeignKey(Contact, models.CASCADE, related_name="identities", verbose_name=_("contact"))
    platform = models.CharField(_("platform"), max_length=50, choices=Channel)
    external_id = models.CharField(_("id there"), max_length=255)
    username = models.CharField(_("user name"), max_length=255, blank=True)

    objects = OwnedQuerySet.as_manager()

    class Meta:
        db_table = "contact_identities"
        verbose_name = _("contact identity")
        verbose_name_plural = _("contact identities")
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "platform", "external_id"], name="uq_contact_identities_tenant_platform_external_id"
            ),
            enum_check("ck_contact_identities_platform", "platform", Channel),
        ]

    def __str__(self) -> str:
        return f"{self.platform}: {self.username or self.external_id}"
