"""Application configuration."""

from functools import partial

from django.apps import AppConfig
from django.urls import reverse
from django.utils.translation import gettext_lazy as _


class AssistantsConfig(AppConfig):
    """See DESIGN: what assistants owns."""

    name = "assistants"
    verbose_name = _("Assistants")

    def ready(self) -> None:
        """Name the encrypted columns, so that key rotation reaches them, and the pages of own model keys."""
        from accounts.ports import Fulfilment, SecretColumn, fulfil, keep_secret, take_first_step  # noqa: PLC0415 -- leaf
        from assistants import first_steps  # noqa: PLC0415 -- leaf
        from assistants.door.routes import OWN_PLATFORMS  # noqa: PLC0415 -- leaf
        from assistants.models import Assistant  # noqa: PLC0415 -- leaf
        from billing.ports import Named, name_assistants  # noqa: PLC0415 -- leaf

        name_assistants(lambda tenant: {row.pk: Named(row.uuid, row.name) for row in Assistant.objects.of(tenant)})
        take_first_step(first_steps.STEP)
        fingerprint = "token_fingerprint"
        keep_secret(
            SecretColumn(model="assistants.AiTokenPool", column="token_encrypted", fingerprint_column=fingerprint)
        )
        keep_secret(
            SecretColumn(model="assistants.BotInstance", column="bot_token_encrypted", fingerprint_column=fingerprint)
        )
        keep_secret(SecretColumn(model="assistants.BotInstance", column="webhook_secret_encrypted"))
        keep_secret(SecretColumn(model="assistants.Assistant", column="identity_secret_encrypted"))
        for platform in OWN_PLATFORMS:
            fulfil(
                platform.value,
                Fulfilment(
                    connect_url=partial(reverse, "connect_model_key", args=[platform.value]),
                    url_of=lambda key: reverse("model_key", args=[key.uuid]),
                ),
            )
