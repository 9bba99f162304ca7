"""Where each application's migrations stand, and whether the models want another one."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.apps import apps
from django.db import connection
from django.db.migrations.autodetector import MigrationAutodetector
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.state import ProjectState
from django.utils.translation import override


@dataclass(frozen=True, slots=True, kw_only=True)
class AppState:
    """The migrations of one application."""

    app: str
    heads: Sequence[str]
    applied: int
    pending: Sequence[str]


def states() -> list[AppState]:
    """Return every application with migrations, ours and others'."""
    loader = MigrationLoader(connection)
    applied = set(loader.applied_migrations)
    return [
        AppState(
            app=app,
            heads=[name for _, name in loader.graph.leaf_nodes(app)],
            applied=len([key for key in applied if key[0] == app]),
            pending=sorted(name for label, name in loader.graph.nodes if label == app and (label, name) not in applied),
        )
        for app in sorted(loader.migrated_apps)
    ]


def unwritten_changes() -> list[tuple[str, str]]:
    """Return what ``makemigrations`` would write, as application and sentence."""
    with override(None):  # migrations know the names in English
        loader = MigrationLoader(None, ignore_no_migrations=True)
        detector = MigrationAutodetector(loader.project_state(), ProjectState.from_apps(apps))
        changes = detector.changes(graph=loader.graph)
    return [
        (app, operation.describe())
        for app, migrations in sorted(changes.items())
        for migration in migrations
        for operation in migration.operations
    ]
