"""System checks for what would otherwise fail in silence."""

from typing import Any

from django.conf import settings
from django.core.checks import Error, Tags, register
from django.db import connection


@register(Tags.security)
def secrets_are_set(app_configs: Any, **kwargs: Any) -> list[Error]:
    """Refuse to run without SECRET_KEY and ENCRYPTION_KEYS."""
    return [
        Error(
            f"{name} is not set.", hint="`make run` makes one; in production set it yourself.", id=f"otklik.E00{number}"
        )
        for number, name in enumerate(("SECRET_KEY", "ENCRYPTION_KEYS"), start=1)
        if not getattr(settings, name)
    ]


@register(Tags.database)
def database_speaks_russian(app_configs: Any, databases: Any = None, **kwargs: Any) -> list[Error]:
    """Refuse a cluster whose locale breaks Russian full-text search, or without pgvector."""
    if not databases:
        return []
    errors = []
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_tsvector('russian', 'Возврат') @@ to_tsquery('russian', 'возврат')")
        if cursor.fetchone() != (True,):
            errors.append(
                Error(
                    "Russian full-text search does not fold case on this cluster.",
                    hint="Create it with a UTF-8 locale, for example LANG=C.UTF-8.",
                    id="otklik.E010",
                )
            )
        cursor.execute("SELECT count(*) FROM pg_available_extensions WHERE name = 'vector'")
        if cursor.fetchone() != (1,):
            errors.append(Error("The extension pgvector is not available on this server.", id="otklik.E011"))
    return errors
