"""What an operator does at the desk as a whole."""

from typing import Any

from django.utils.timezone import now

from config.consumers import command
from operators import reports
from operators.api import commands
from operators.consumers.talking import TalkConsumer
from operators.enums import PresenceStatus
from operators.services import attending


class ConsoleConsumer(TalkConsumer):
    """One operator's page: commands in, hints out, the database in between."""

    @command(commands.Queue)
    def queue(self, *, queue: str, search: str, offset: int) -> dict[str, Any]:
        """Show a page of a queue, or of what is found in it."""
        rows = reports.queue(self._tenant, self._user, queue, search=search, offset=offset)
        return {"queue": queue, "rows": rows, "counts": self._counts(), "is_last": len(rows) < reports.PAGE}

    @command(commands.Nothing)
    def colleagues(self) -> dict[str, Any]:
        """Show who else is at the desk."""
        return {"people": reports.colleagues(self._tenant, self._user, at=now())}

    @command(commands.Status)
    def status(self, *, status: str) -> dict[str, Any]:
        """Be online or busy."""
        attending.set_status(self._tenant, self._user, PresenceStatus(status), at=now())
        return {"me": reports.desk(self._tenant, self._user)}
