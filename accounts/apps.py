"""Application configuration."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    """See DESIGN: what accounts owns."""

    name = "accounts"
    verbose_name = _("Companies and people")

    def ready(self) -> None:
        """Name the encrypted columns, and hear when a Yandex ID comes or goes."""
        from accounts import home, receivers  # noqa: F401, PLC0415 -- leaf
        from accounts.ports import SecretColumn, ask_on_home, keep_secret  # noqa: PLC0415 -- leaf

        ask_on_home(home.decisions, order=50)
        keep_secret(
            SecretColumn(
                model="accounts.Integration", column="credentials_encrypted", key_id_column="encryption_key_id"
            )
        )
        keep_secret(SecretColumn(model="accounts.IdempotencyKey", column="body_encrypted"))
        keep_secret(SecretColumn(model="accounts.WebhookEndpoint", column="secret_encrypted"))
        keep_secret(SecretColumn(model="accounts.WebhookEndpoint", column="former_secret_encrypted"))
