"""Move knowledge to the embedding models that are set up today."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.timezone import now

from accounts.models import Tenant
from assistants.errors import NoModelAvailable
from knowledge import services


class Command(BaseCommand):
    """``manage.py reembed --tenant SHOP`` or ``--all``: workers do it, the old vectors serve until it is done."""

    help = "Embed knowledge anew after a change of embedding model."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Ask whose knowledge it is."""
        whose = parser.add_mutually_exclusive_group(required=True)
        whose.add_argument("--tenant", help="the shop's short name")
        whose.add_argument("--all", action="store_true", help="every shop")

    def handle(self, *args: Any, **options: Any) -> None:
        """Begin the moves and name them."""
        tenants = Tenant.objects.order_by("pk")
        if not options["all"]:
            tenants = tenants.filter(slug=options["tenant"])
            if not tenants.exists():
                raise CommandError(f"There is no shop {options['tenant']}.")
        count = 0
        for tenant in tenants.iterator():
            try:
                moves = services.reembed_all(tenant, at=now())
            except NoModelAvailable as error:
                self.stderr.write(f"{tenant.slug}: {error}")
                continue
            for move in moves:
                self.stdout.write(f"{tenant.slug}: {move.assistant or 'shared'}: {move}, {move.total} passages")
            count += len(moves)
        self.stdout.write(self.style.SUCCESS(f"{count} moves begin."))
