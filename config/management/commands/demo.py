"""Load or show the demo shop."""

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils.timezone import now

from config.demo.loading import describe, load_demo


class Command(BaseCommand):
    """``manage.py demo``: load the demo shop once and say how to enter it."""

    help = "Load the demo shop (once) and show its addresses and log-ins."

    def add_arguments(self, parser: CommandParser) -> None:
        """Add ``--json``."""
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        """Load and print."""
        is_new = load_demo(at=now())
        facts = describe()
        if options["json"]:
            self.stdout.write(json.dumps(facts, ensure_ascii=False))
            return
        self.stdout.write("The demo shop is loaded." if is_new else "The demo shop is here.")
        self.stdout.write(f"Chat page: {facts['base_url']}/widget/{facts['assistant']}/demo/")
        self.stdout.write(f"API key:   {facts['api_key']}")
        for login in facts["logins"]:
            self.stdout.write(f"{login['role']:<9} {login['email']}  {login['password']}")
