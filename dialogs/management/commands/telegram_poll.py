"""Fetch what customers write to Telegram bots, where Telegram cannot reach us: on a developer's machine."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils.timezone import now

from assistants.enums import BotPlatform
from assistants.models import BotInstance
from config.errors import ProviderError
from dialogs.services.bots import ALLOWED_UPDATES
from dialogs.services.telegram import take_update
from dialogs.telegram.client import Telegram


class Command(BaseCommand):
    help = "Polls Telegram for the updates of active bots, instead of webhooks."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take which bots, how long to wait, and whether to stop after one round."""
        parser.add_argument("--bot", help="The bot's uuid; without it, all active bots.")
        parser.add_argument("--wait", type=int, default=5, help="Seconds to wait at one bot.")
        parser.add_argument("--once", action="store_true", help="Stop after one round.")

    def handle(self, *args: Any, **options: Any) -> None:
        """Go round the bots until interrupted."""
        offsets: dict[int, int] = {}
        try:
            while True:
                for bot in self._bots(options["bot"]):
                    offsets[bot.pk] = self._fetch(bot, offsets.get(bot.pk, 0), wait=options["wait"])
                if options["once"]:
                    return
        except KeyboardInterrupt:
            self.stdout.write("Stopped.")

    def _bots(self, uuid: str | None) -> list[BotInstance]:
        bots = BotInstance.objects.active().filter(platform=BotPlatform.TELEGRAM, bot_token_encrypted__isnull=False)
        return list((bots.filter(uuid=uuid) if uuid else bots).select_related("tenant", "assistant__tenant"))

    def _fetch(self, bot: BotInstance, offset: int, *, wait: int) -> int:
        """Carry out what waits at one bot and return where to go on."""
        telegram = Telegram(bot.open_token())
        try:
            updates = telegram.call(
                "getUpdates", offset=offset, timeout=wait, allowed_updates=ALLOWED_UPDATES, patience=wait + 10
            )
            for update in updates:
                reply = take_update(bot, update, at=now())
                offset = update["update_id"] + 1
                if reply:
                    telegram.call(**reply)
        except ProviderError as error:
            self.stderr.write(f"{bot}: {error}")
        else:
            if updates:
                self.stdout.write(f"{bot}: {len(updates)}")
        return offset
