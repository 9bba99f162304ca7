"""Back the database up."""

import json
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.timezone import now

from config.database import backups
from config.database.sessions import OperationFailed


class Command(BaseCommand):
    """``manage.py backup``."""

    help = "Dump the database into the folder of backups, with a manifest that restores are proved against."

    def add_arguments(self, parser: CommandParser) -> None:
        """Add ``--keep`` and ``--json``."""
        parser.add_argument(
            "--keep", type=int, default=max(1, settings.BACKUPS_KEPT), help="backups that stay, newest first"
        )
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        """Back up and say where."""
        if options["keep"] < 1:
            raise CommandError("At least one backup must stay: --keep 1.")
        try:
            backup = backups.create(at=now(), keep=options["keep"])
        except OperationFailed as error:
            raise CommandError(str(error)) from error
        if options["json"]:
            facts = {"path": str(backup.path), "size": backup.size, "sha256": backup.sha256, "seconds": backup.seconds}
            self.stdout.write(json.dumps(facts))
            return
        rows = sum(backup.facts.rows.values())
        self.stdout.write(f"{backup.path}: {rows} rows, {backup.size / 1e6:.1f} MB, {backup.seconds:.1f} s")
        self.stdout.write(
            "Keep SECRET_KEY and ENCRYPTION_KEYS elsewhere: the backup cannot be read fully without them."
        )
