"""What operators often say."""

from typing import Self

from django.conf import settings
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Owned, OwnedQuerySet, Tenant, User
from assistants.models import Assistant
from config.db import Public, Timestamped


class CannedReplyQuerySet(OwnedQuerySet["CannedReply"]):
    """Canned replies."""

    def at_hand(self, person: User | None) -> Self:
        """Keep those of the whole team and of ``person``."""
        return self.filter(Q(owner=None) | Q(owner=person)) if person else self.filter(owner=None)


class CannedReply(Public, Owned, Timestamped):
    """A text operators often send, called up by its shortcut."""

    tenant = models.ForeignKey(Tenant, models.CASCADE, related_name="+", db_index=False, verbose_name=_("tenant"))
    shortcut = models.CharField(
        _("shortcut"), max_length=50, validators=[RegexValidator(r"^[\w-]+$")], help_text=_("Typed after a slash.")
    )
    title = models.CharField(_("title"), max_length=255)
    text = models.TextField(_("text"))
    language_code = models.CharField(_("language"), max_length=10, default="ru")
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.CASCADE,
        related_name="+",
        null=True,
        blank=True,
        verbose_name=_("only for"),
        help_text=_("Empty: for the whole team."),
    )
    assistant = models.ForeignKey(
        Assistant,
        models.CASCADE,
        related_name="+",
        null=True,
        blank=True,
        verbose_name=_("assistant"),
        help_text=_("Empty: in every conversation."),
    )
    is_active = models.BooleanField(_("active"), default=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, related_name="+", null=True, blank=True, verbose_name=_("created by")
    )

    objects = CannedReplyQuerySet.as_manager()

    class Meta:
        db_table = "canned_replies"
        verbose_name = _("canned reply")
        verbose_name_plural = _("canned replies")
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "shortcut", "language_code", "owner", "assistant"],
                name="uq_canned_replies_shortcut",
                nulls_distinct=False,
            ),
            models.CheckConstraint(condition=Q(shortcut__regex=r"^[\w-]+$"), name="ck_canned_replies_shortcut"),
            models.CheckConstraint(condition=~Q(text=""), name="ck_canned_replies_text"),
        ]

    def __str__(self) -> str:
        return f"/{self.shortcut}"
