"""Application configuration."""

from typing import TYPE_CHECKING

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from assistants.ports import Embed, Understanding


class KnowledgeConfig(AppConfig):
    """See DESIGN: what knowledge owns."""

    name = "knowledge"
    verbose_name = _("Knowledge")

    def ready(self) -> None:
        """Measure models for whoever connects them, hear of their change, show on the home page what waits."""
        from accounts.ports import ask_on_home, hold_files, search_in, take_first_step  # noqa: PLC0415 -- leaf
        from assistants.ports import fulfilled  # noqa: PLC0415 -- leaf
        from knowledge import first_steps, home, receivers, searching  # noqa: F401, PLC0415 -- leaf
        from knowledge.services import keeping  # noqa: PLC0415 -- leaf

        fulfilled.probe_languages = _measure
        hold_files(keeping.files_of)
        take_first_step(first_steps.KNOWLEDGE)
        take_first_step(first_steps.TRIAL)
        ask_on_home(home.decisions, order=40)
        search_in(searching.DOCUMENTS, order=60)
        search_in(searching.ANSWERS, order=61)


def _measure(embed: "Embed") -> "Understanding":
    """Import numpy at the first measurement only."""
    from knowledge.languages import measure  # noqa: PLC0415 -- leaf

    return measure(embed)
