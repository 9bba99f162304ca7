"""Build, rebuild or remove indexes without stopping anybody."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from config.database import indexes, vectors
from config.database.sessions import OperationFailed


class Command(BaseCommand):
    """``manage.py rebuild_vector_index``: invalid and missing indexes, and graphs of large assistants."""

    help = (
        "Rebuild missing and invalid indexes, or the named ones, CONCURRENTLY; "
        "give assistants above 50,000 chunks a partial HNSW index, or take it away with --drop."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Add names, ``--assistant``, ``--above`` and ``--drop``."""
        parser.add_argument("names", nargs="*", help="indexes to rebuild; without names, what is missing or invalid")
        parser.add_argument("--assistant", type=int, help="only this assistant's vectors, whatever their number")
        parser.add_argument("--above", type=int, default=vectors.LARGE, help="chunks from which a graph is worth it")
        parser.add_argument("--memory", default="512MB", help="memory for building a graph")
        parser.add_argument("--drop", action="store_true", help="remove the graphs instead")

    def handle(self, *args: Any, **options: Any) -> None:
        """Do what was asked and say it."""
        try:
            if options["drop"]:
                self._drop(options["assistant"])
                return
            if not options["assistant"]:
                self._rebuild(options["names"])
            if not options["names"]:
                self._graph(options["assistant"], above=options["above"], memory=options["memory"])
        except OperationFailed as error:
            raise CommandError(str(error)) from error

    def _rebuild(self, names: list[str]) -> None:
        stock = indexes.take_stock()
        unsound = [*stock.missing, *(index.name for index in stock.invalid)]
        for name in names or unsound:
            self.stdout.write(f"{name}: {indexes.rebuild(name)}")
        if not names and not unsound:
            self.stdout.write("Every expected index is there and valid.")

    def _graph(self, assistant: int | None, *, above: int, memory: str) -> None:
        collections = vectors.large_collections(assistant=assistant, above=0 if assistant else above)
        for collection in collections:
            vectors.build(collection, memory=memory)
            self.stdout.write(f"{collection.index}: built over {collection.count} chunks of {collection.model}")
        if assistant and not collections:
            self.stdout.write("This assistant has no vectors that a graph would serve.")

    def _drop(self, assistant: int | None) -> None:
        wanted = f"{vectors.PREFIX}{assistant}_" if assistant else vectors.PREFIX
        for name in vectors.graph_indexes():
            if name.startswith(wanted):
                vectors.drop(name)
                self.stdout.write(f"{name}: dropped")
