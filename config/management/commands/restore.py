"""Restore a backup beside the live database, then switch."""

from datetime import datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection
from django.utils.timezone import now

from config.database import backups, restoring
from config.database.sessions import OperationFailed


class Command(BaseCommand):
    """``manage.py restore``: never over a live database."""

    help = "Restore a backup into a new database, prove it, and switch to it with --switch."

    def add_arguments(self, parser: CommandParser) -> None:
        """Add the backup, ``--switch`` and ``--disconnect``."""
        parser.add_argument("backup", nargs="?", help="its name or path; without one, the newest")
        parser.add_argument("--switch", action="store_true", help="give the restored database the live one's name")
        parser.add_argument("--disconnect", action="store_true", help="end the sessions of the live database for that")
        parser.add_argument("--database", help="switch to this database, restored earlier, instead of restoring")

    def handle(self, *args: Any, **options: Any) -> None:
        """Restore, prove, switch if asked, and say how to go on."""
        at = now()
        try:
            if options["switch"]:
                self._require_quiet(options)
            name = options["database"] or self._restore(options["backup"], at=at)
            if not options["switch"]:
                self.stdout.write(
                    f"The live database is untouched. To switch: manage.py restore --database {name} --switch"
                )
                return
            self._leave()
            aside = restoring.switch_to(name, at=at, disconnects=options["disconnect"])
        except OperationFailed as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"The restored database is live; what was live before is {aside}.")
        self.stdout.write("Run manage.py migrate if the code is newer than the backup.")

    def _restore(self, name: str | None, *, at: datetime) -> str:
        backup = backups.find(name)
        restored = restoring.restore(backup, at=at)
        self.stdout.write(f"{backup.name} is restored into the database {restored} and proved against its manifest.")
        return restored

    def _require_quiet(self, options: dict[str, Any]) -> None:
        """Refuse at once, before anything is restored, when the live database is in use."""
        self._leave()
        count = restoring.connections()
        if count and not options["disconnect"]:
            database = f"--database {options['database']} " if options["database"] else ""
            raise OperationFailed(
                f"The live database is in use by {count} sessions. Stop what uses it, or end those sessions "
                f"(their unfinished work is repeated): manage.py restore {database}--switch --disconnect"
            )

    def _leave(self) -> None:
        """Close our own connections to the live database."""
        connection.close()
        connection.close_pool()  # type: ignore[attr-defined]  # PostgreSQL's backend has one
