"""Move every stored secret to the newest encryption key."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts import services


class Command(BaseCommand):
    """``manage.py rotate_keys``: put a new key first in ENCRYPTION_KEYS, restart, run this, then drop the old key."""

    help = "Re-encrypt every stored secret with the first of ENCRYPTION_KEYS."

    def handle(self, *args: Any, **options: Any) -> None:
        """Rotate, report, and fail if a row could not be moved."""
        done = services.rotate_keys()
        for place, count in sorted(done.moved.items()):
            self.stdout.write(f"{place}: {count}")
        if done.unreadable:
            raise CommandError("Not moved, keep the old keys:\n  " + "\n  ".join(done.unreadable))
        self.stdout.write(self.style.SUCCESS(f"{sum(done.moved.values())} secrets moved to the newest key."))
