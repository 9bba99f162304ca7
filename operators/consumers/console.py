"""What an operator does at the desk as a whole."""

from typing import Any
from uuid import UUID

from django.utils.timezone import now

from config.consumers import command
from operators import reports
from operators.api import commands
from operators.consumers.talking import TalkConsumer
from operators.enums import BulkAction, PresenceStatus
from operators.services import attending, bulk, keeping, noting, queueing


class ConsoleConsumer(TalkConsumer):
    """One operator's page: commands in, hints out, the database in between."""

    @command(commands.Queue)
    def queue(self, *, queue: str, search: str, offset: int) -> dict[str, Any]:
        """Show a page of a queue, or of what is found in it."""
        rows = reports.queue(self._tenant, self._user, queue, search=search, offset=offset)
        usual = queueing.median_today(self._tenant, at=now()) if queue == "waiting" and not rows else None
        return {
            "queue": queue,
            "rows": rows,
            "counts": self._counts(),
            "is_last": len(rows) < reports.PAGE,
            "median_wait": usual.total_seconds() if usual is not None else None,
        }

    @command(commands.Nothing)
    def colleagues(self) -> dict[str, Any]:
        """Show who else is at the desk."""
        return {"people": reports.colleagues(self._tenant, self._user, at=now())}

    @command(commands.Bulk)
    def bulk(self, *, client_id: str, action: str, assignee: UUID | None, **facts: Any) -> dict[str, Any]:
        """Do one thing to many conversations; how far it is comes as ``job``."""
        person = self._colleague(assignee) if assignee else None
        wanted = BulkAction(action)
        job = bulk.begin(
            self._tenant, by=self._user, action=wanted, client_id=client_id, assignee=person, at=now(), **facts
        )
        return bulk.progress_of(job)

    @command(commands.Settings)
    def settings(self, **facts: Any) -> dict[str, Any]:
        """Keep how the operator wants to be told of things."""
        keeping.set_settings(self._tenant, self._user, **facts)
        return {"settings": keeping.settings_of(self._tenant, self._user)}

    @command(commands.Nothing)
    def calls(self) -> dict[str, Any]:
        """Show which notes call the operator."""
        return {"calls": noting.calls_of(self._tenant, self._user)}

    @command(commands.Status)
    def status(self, *, status: str) -> dict[str, Any]:
        """Be online or busy."""
        attending.set_status(self._tenant, self._user, PresenceStatus(status), at=now())
        return {"me": reports.desk(self._tenant, self._user)}
