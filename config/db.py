"""Model mixins that know no app."""

import uuid
from typing import Any

from django.db import connection, models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _
from uuid6 import uuid7


def new_uuid() -> uuid.UUID:
    """Return a time-ordered UUID (version 7, RFC 9562)."""
    return uuid.UUID(bytes=uuid7().bytes)


class Created(models.Model):
    """A row that knows when it came to be."""

    created_at = models.DateTimeField(_("created"), db_default=Now(), editable=False)

    class Meta:
        abstract = True


class Timestamped(Created):
    """A row whose last change is dated by a trigger (``touch_updated_at``)."""

    updated_at = models.DateTimeField(_("updated"), db_default=Now(), editable=False)

    class Meta:
        abstract = True


class Public(models.Model):
    """A row whose id leaves the system: addressed by ``uuid``, never by key."""

    uuid = models.UUIDField(default=new_uuid, unique=True, editable=False)

    class Meta:
        abstract = True


def enum_check(name: str, field: str, choices: type[models.TextChoices]) -> models.CheckConstraint:
    """Return the ``ck_`` that repeats an enum's values in the database."""
    return models.CheckConstraint(condition=models.Q(**{f"{field}__in": list(choices.values)}), name=name)


def money(verbose_name: Any = None, **options: Any) -> "models.DecimalField[Any, Any]":
    """Return a rouble amount: numeric(18,6), because one message may cost 0.001 ₽."""
    return models.DecimalField(verbose_name, max_digits=18, decimal_places=6, **options)


def release_connection() -> None:
    """Give this thread's connection back to the pool before waiting for the outside world.

    Inside a transaction (only tests hold one there) the connection is kept.
    """
    if not connection.in_atomic_block:
        connection.close()
