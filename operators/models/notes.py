"""What operators tell each other about a conversation."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Owned, OwnedQuerySet, Tenant
from config.db import Created, Public
from dialogs.models import Dialog


class DialogNote(Public, Owned, Created):
    """A note for colleagues; it is no message of the dialog, so no way out of the house can carry it."""

    tenant = models.ForeignKey(Tenant, models.CASCADE, related_name="+", db_index=False, verbose_name=_("tenant"))
    dialog = models.ForeignKey(Dialog, models.CASCADE, related_name="+", db_index=False, verbose_name=_("dialog"))
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, related_name="+", null=True, blank=True, verbose_name=_("author")
    )
    client_id = models.CharField(_("client's id"), max_length=64, editable=False)
    text = models.TextField(_("text"))

    objects = OwnedQuerySet.as_manager()

    class Meta:
        db_table = "dialog_notes"
        verbose_name = _("note on a dialog")
        verbose_name_plural = _("notes on dialogs")
        constraints = [
            models.UniqueConstraint(
                fields=["dialog", "author", "client_id", "tenant"], name="uq_dialog_notes_client_id"
            ),
            models.CheckConstraint(condition=~Q(text=""), name="ck_dialog_notes_text"),
        ]

    def __str__(self) -> str:
        return self.text[:80]
