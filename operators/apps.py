"""Application configuration."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class OperatorsConfig(AppConfig):
    """See DESIGN: what operators owns."""

    name = "operators"
    verbose_name = _("Operators")

    def ready(self) -> None:
        """Hear what dialogs state; fulfil the help desks of the catalogue."""
        from accounts.ports import Fulfilment, fulfil  # noqa: PLC0415 -- leaf
        from operators import receivers  # noqa: F401, PLC0415 -- leaf: models must be loaded first
        from operators.mirrors import DESKS  # noqa: PLC0415 -- leaf
        from operators.services.mirroring import greeting_of  # noqa: PLC0415 -- leaf

        for platform in DESKS:
            fulfil(str(platform), Fulfilment(greet=greeting_of(str(platform))))
