"""Django's PostgreSQL backend with names chosen for every constraint."""

from django.db.backends.postgresql import base

from config.postgres.schema import DatabaseSchemaEditor


class DatabaseWrapper(base.DatabaseWrapper):
    """PostgreSQL as Django knows it, with ``pk_ uq_ fk_ ck_ ix_`` names."""

    SchemaEditorClass = DatabaseSchemaEditor
