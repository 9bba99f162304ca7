"""Application configuration."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class OperatorsConfig(AppConfig):
    """See DESIGN: what operators owns."""

    name = "operators"
    verbose_name = _("Operators")

    def ready(self) -> None:
        """Hear what dialogs state, and keep the queue for a person."""
        from dialogs.ports import tell_places  # noqa: PLC0415 -- leaf
        from operators import receivers  # noqa: F401, PLC0415 -- leaf: models must be loaded first
        from operators.services import queueing  # noqa: PLC0415 -- leaf

        tell_places(queueing.place_of)
