"""Rehearse a restore."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.timezone import now

from config.database import backups, restoring
from config.database.sessions import OperationFailed


class Command(BaseCommand):
    """``manage.py restore_drill``: a backup nobody restored is a hope."""

    help = "Restore the newest backup into a scratch database, compare it with its manifest, and drop it again."

    def add_arguments(self, parser: CommandParser) -> None:
        """Add the backup."""
        parser.add_argument("backup", nargs="?", help="its name or path; without one, the newest")

    def handle(self, *args: Any, **options: Any) -> None:
        """Rehearse and say how it went."""
        try:
            backup = backups.find(options["backup"])
            done = restoring.drill(backup, at=now())
        except OperationFailed as error:
            raise CommandError(str(error)) from error
        if not done.is_passed:
            raise CommandError(f"The drill of {done.backup} failed: {'; '.join(done.problems)}")
        rows = sum(backup.facts.rows.values())
        self.stdout.write(f"{done.backup}: {rows} rows, migrations and ledger are as they were, {done.seconds:.1f} s")
