"""Application configuration."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AssistantsConfig(AppConfig):
    """See DESIGN: what assistants owns."""

    name = "assistants"
    verbose_name = _("Assistants")

    def ready(self) -> None:
        """Name the encrypted columns, so that key rotation reaches them."""
        from accounts.ports import SecretColumn, keep_secret  # noqa: PLC0415 -- leaf

        fingerprint = "token_fingerprint"
        keep_secret(
            SecretColumn(model="assistants.AiTokenPool", column="token_encrypted", fingerprint_column=fingerprint)
        )
        keep_secret(
            SecretColumn(model="assistants.BotInstance", column="bot_token_encrypted", fingerprint_column=fingerprint)
        )
        keep_secret(SecretColumn(model="assistants.BotInstance", column="webhook_secret_encrypted"))
