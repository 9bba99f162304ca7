"""Run the whole system on this machine; ``manage.py`` comes here without loading Django."""

import sys
from typing import Any

from django.core.management.base import BaseCommand

from config.runtime.up import up


class Command(BaseCommand):
    """Start database, queue, model server, web, workers and beat; Ctrl-C stops them."""

    help = "Run the whole system: database, queue, model server, web, workers, beat. Ctrl-C stops all of it."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        """Run until stopped and exit with its status."""
        sys.exit(up())
