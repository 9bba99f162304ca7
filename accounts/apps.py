"""Application configuration."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    """See DESIGN: what accounts owns."""

    name = "accounts"
    verbose_name = _("Companies and people")

    def ready(self) -> None:
        """Name the encrypted columns, and hear when a Yandex ID comes or goes."""
        from accounts import first_steps, home, receivers  # noqa: F401, PLC0415 -- leaf
        from accounts.ports import SecretColumn, ask_on_home, keep_secret, retain, take_first_step  # noqa: PLC0415 -- leaf
        from accounts.services import maintenance, retention  # noqa: PLC0415 -- leaf
        from accounts.views import funnel, system  # noqa: PLC0415 -- leaf
        from config.admin import pages  # noqa: PLC0415 -- leaf
        from config.maintenance import answered_by  # noqa: PLC0415 -- leaf

        answered_by(maintenance.current)
        retain("events", retention.purge_events)
        take_first_step(first_steps.COMPANY)
        take_first_step(first_steps.LAUNCH)
        pages.extend(page for page in (*system.PAGES, *funnel.PAGES) if page not in pages)

        ask_on_home(home.decisions, order=50)
        keep_secret(
            SecretColumn(
                model="accounts.Integration", column="credentials_encrypted", key_id_column="encryption_key_id"
            )
        )
        keep_secret(SecretColumn(model="accounts.IdempotencyKey", column="body_encrypted"))
        keep_secret(SecretColumn(model="accounts.WebhookEndpoint", column="secret_encrypted"))
        keep_secret(SecretColumn(model="accounts.WebhookEndpoint", column="former_secret_encrypted"))
