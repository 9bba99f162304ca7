"""Application configuration."""

from functools import partial

from django.apps import AppConfig
from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext_lazy as _


class DialogsConfig(AppConfig):
    """Conversations with end customers, over every channel."""

    name = "dialogs"
    verbose_name = _("Dialogs")

    def ready(self) -> None:
        """Register the channels of our own, what the home page shows, and where a conversation is found."""
        from accounts import ports as accounts  # noqa: PLC0415 -- leaf
        from accounts.ports import (  # noqa: PLC0415 -- leaf
            Fulfilment,
            ask_on_home,
            fulfil,
            search_in,
            show_on_home,
            show_panel_on_home,
        )
        from assistants.ports import fulfilled  # noqa: PLC0415 -- leaf
        from dialogs import first_steps, home, ports, receivers, searching  # noqa: F401, PLC0415 -- leaf
        from dialogs.channels import LiveChannel  # noqa: PLC0415 -- leaf
        from dialogs.enums import Channel  # noqa: PLC0415 -- leaf
        from dialogs.services import collecting, rehearsing, retaining  # noqa: PLC0415 -- leaf
        from dialogs.telegram.channel import TelegramChannel  # noqa: PLC0415 -- leaf
        from dialogs.whatsapp.channel import WhatsAppChannel  # noqa: PLC0415 -- leaf
        from knowledge.ports import link_dialogs  # noqa: PLC0415 -- leaf

        ports.register(Channel.WIDGET, LiveChannel(quiet_seconds=settings.WIDGET_QUIET_SECONDS))
        ports.register(Channel.API, LiveChannel(quiet_seconds=0))
        ports.register(Channel.TELEGRAM, TelegramChannel(quiet_seconds=settings.WIDGET_QUIET_SECONDS))
        ports.register(Channel.WHATSAPP, WhatsAppChannel(quiet_seconds=settings.WIDGET_QUIET_SECONDS))
        for order, card in enumerate(home.CARDS, start=10):
            show_on_home(card, order=order)
        ask_on_home(home.decisions, order=10)
        search_in(searching.SEARCHED, order=10)
        show_panel_on_home(home.PANEL, order=10)
        accounts.take_first_step(first_steps.STEP)
        accounts.hold_files(retaining.files_of)
        accounts.retain("dialogs", retaining.purge_dialogs)
        accounts.retain("files", retaining.purge_files)
        fulfilled.rehearse, fulfilled.find_examples = rehearsing.rehearse, collecting.find_examples
        link_dialogs(home.address_of)
        fulfil("telegram", Fulfilment(connect_url=partial(reverse, "connect_telegram")))
        fulfil(
            "whatsapp",
            Fulfilment(connect_url=partial(reverse, "connect_whatsapp"), url_of=lambda number: reverse("bots")),
        )
