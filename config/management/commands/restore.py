"""Restore a backup beside the live database, then switch."""

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
            name = options["database"] or self._restore(options["backup"], at=at)
            if not options["switch"]:
                self.stdout.write(
                    f"The live database is untouched. To switch: manage.py restore --database {name} --switch"
                )
                return
            connection.close()
            connection.close_pool()  # type: ignore[attr-defined]  # PostgreSQL's backend has one
            aside = restoring.switch_to(name, at=at, disconnects=options["disconnect"])
        except OperationFailed as error:
            raise CommandError(f"{error} {self._advice(options)}".strip()) from error
        self.stdout.write(f"The restored database is live; what was live before is {aside}.")
        self.stdout.write("Run manage.py migrate if the code is newer than the backup.")

    def _restore(self, name: str | None, *, at: Any) -> str:
        backup = backups.find(name)
        restored = restoring.restore(backup, at=at)
        self.stdout.write(f"{backup.name} is restored into the database {restored} and proved against its manifest.")
        return restored

    def _advice(self, options: dict[str, Any]) -> str:
        if not options["switch"] or options["disconnect"]:
            return ""
        database = f"--database {options['database']} " if options["database"] else ""
        return (
            "Stop what uses it, or end those sessions (their unfinished work is repeated): "
            f"manage.py restore {database}--switch --disconnect"
        )
