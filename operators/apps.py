"""Application configuration."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class OperatorsConfig(AppConfig):
    """See DESIGN: what operators owns."""

    name = "operators"
    verbose_name = _("Operators")

    def ready(self) -> None:
        """Hear what dialogs state, keep the queue for a person, fulfil the help desks of the catalogue."""
        from accounts.ports import (  # noqa: PLC0415 -- leaf
            Fulfilment,
            ask_on_home,
            fulfil,
            search_in,
            show_panel_on_home,
        )
        from dialogs.ports import let_choose, tell_places  # noqa: PLC0415 -- leaf
        from operators import home, receivers, searching  # noqa: F401, PLC0415 -- leaf: models must be loaded first
        from operators.mirrors import DESKS  # noqa: PLC0415 -- leaf
        from operators.services import choosing, fetching, mailing, mirroring, queueing  # noqa: PLC0415 -- leaf

        fulfil(mailing.PLATFORM, Fulfilment(greet=fetching.greet, poll=fetching.poll))
        tell_places(queueing.place_of)
        let_choose(choosing.choose)
        ask_on_home(home.decisions, order=20)
        search_in(searching.SEARCHED, order=20)
        show_panel_on_home(home.PANEL, order=5)
        for platform in DESKS:
            greet, facts = mirroring.greeting_of(str(platform)), mirroring.facts_of
            fulfil(str(platform), Fulfilment(greet=greet, facts=facts))
