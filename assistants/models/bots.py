"""The bots through which an assistant speaks on messengers."""

from typing import Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts import secrets
from accounts.models import Owned, OwnedQuerySet
from assistants.enums import BotPlatform
from assistants.models.assistant import Assistant
from config.db import Public, Timestamped, enum_check


class BotQuerySet(OwnedQuerySet["BotInstance"]):
    """Bots."""

    def active(self) -> Self:
        """Keep bots that answer, of assistants that answer."""
        return self.filter(is_active=True, assistant__is_active=True)

    def with_token(self, token: str) -> Self:
        """Keep the bot that has this token."""
        return self.filter(token_fingerprint__in=secrets.fingerprints(token))


class BotInstance(Public, Owned, Timestamped):
    """One bot account on a messenger, bound to one assistant."""

    assistant = models.ForeignKey(Assistant, models.CASCADE, related_name="bots", verbose_name=_("assistant"))
    platform = models.CharField(_("platform"), max_length=32, choices=BotPlatform, default=BotPlatform.TELEGRAM)
    name = models.CharField(_("name"), max_length=255, blank=True)
    username = models.CharField(_("user name"), max_length=255, blank=True)
    external_id = models.CharField(_("outside id"), max_length=64, blank=True)
    bot_token_encrypted = models.BinaryField(_("token"), null=True, editable=False)
    token_fingerprint = models.CharField(  # noqa: DJ001 -- unique where there is one
        _("token fingerprint"), max_length=64, null=True, unique=True, editable=False
    )
    token_last4 = models.CharField(_("token ends in"), max_length=4, blank=True, editable=False)
    webhook_secret_encrypted = models.BinaryField(_("webhook secret"), null=True, editable=False)
    is_active = models.BooleanField(_("active"), default=True)
    settings = models.JSONField(_("settings"), default=dict, blank=True)
    last_error = models.DateTimeField(_("last error at"), null=True, blank=True, editable=False)
    last_error_message = models.TextField(_("last error"), blank=True, editable=False)

    objects = BotQuerySet.as_manager()

    class Meta:
        db_table = "bot_instances"
        verbose_name = _("bot")
        verbose_name_plural = _("bots")
        constraints = [
            enum_check("ck_bot_instances_platform", "platform", BotPlatform),
            models.CheckConstraint(
                condition=Q(bot_token_encrypted=None, token_fingerprint=None)
                | Q(bot_token_encrypted__isnull=False, token_fingerprint__isnull=False),
                name="ck_bot_instances_token",
            ),
        ]

    def __str__(self) -> str:
        return self.name or self.username or f"{self.get_platform_display()} …{self.token_last4}"

    def seal_token(self, token: str) -> None:
        """Put ``token`` on this row, encrypted; the caller saves."""
        self.bot_token_encrypted = secrets.encrypt(token, context=secrets.context_of(self, "bot_token_encrypted"))
        self.token_fingerprint = secrets.fingerprint(token)
        self.token_last4 = secrets.masked(token).removeprefix("…")

    def open_token(self) -> str:
        """Return the token in clear, or nothing when there is none."""
        return self._open("bot_token_encrypted")

    def seal_webhook_secret(self, secret: str) -> None:
        """Put the webhook's shared secret on this row, encrypted; the caller saves."""
        context = secrets.context_of(self, "webhook_secret_encrypted")
        self.webhook_secret_encrypted = secrets.encrypt(secret, context=context)

    def open_webhook_secret(self) -> str:
        """Return the webhook's shared secret in clear, or nothing when there is none."""
        return self._open("webhook_secret_encrypted")

    def _open(self, column: str) -> str:
        sealed = getattr(self, column)
        return secrets.decrypt(sealed, context=secrets.context_of(self, column)) if sealed else ""
