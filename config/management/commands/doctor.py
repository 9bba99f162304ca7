"""Examine the database and what it stands on."""

import json
import sys
from typing import Any, Final

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import OperationalError, connection
from django.utils.timezone import now

from config.database.answers import Answer, State, worst
from config.database.health import examine

MARKS: Final = {State.OK: "✓", State.NOTE: "·", State.WARNING: "!", State.ERROR: "✗"}


class Command(BaseCommand):
    """``manage.py doctor``: exit status 0 when all is well, 1 otherwise."""

    help = "Examine database, migrations, indexes, backups, disk and Redis; the exit status is 1 if something is wrong."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        """Add ``--json`` and ``--strict``."""
        parser.add_argument("--json", action="store_true", help="print one JSON object")
        parser.add_argument("--strict", action="store_true", help="warnings count as wrong, too")

    def handle(self, *args: Any, **options: Any) -> None:
        """Examine, print, and end with the status."""
        try:
            connection.ensure_connection()
        except OperationalError as error:
            raise CommandError(f"The database does not answer: {' '.join(str(error).split())[:300]}") from error
        answers = examine(at=now())
        state = worst(answers)
        if options["json"]:
            self.stdout.write(json.dumps({"state": state, "answers": [_plain(one) for one in answers]}, default=str))
        else:
            for answer in answers:
                self._say(answer)
        if state is State.ERROR or (options["strict"] and state is State.WARNING):
            sys.exit(1)

    def _say(self, answer: Answer) -> None:
        style = {State.ERROR: self.style.ERROR, State.WARNING: self.style.WARNING}.get(answer.state, str)
        self.stdout.write(style(f"{MARKS[answer.state]} {answer.title}: {answer.summary}"))
        if answer.state in {State.WARNING, State.ERROR}:
            for row in answer.rows:
                self.stdout.write(f"    {'  '.join(str(cell) for cell in row)}")


def _plain(answer: Answer) -> dict[str, Any]:
    return {
        "name": answer.name,
        "title": answer.title,
        "state": answer.state,
        "summary": answer.summary,
        "columns": list(answer.columns),
        "rows": [list(row) for row in answer.rows],
    }
