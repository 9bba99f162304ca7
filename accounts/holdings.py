"""What a shop holds: every table with rows of tenants, found by the models themselves, so that none is forgotten."""

from collections.abc import Iterator
from functools import lru_cache
from typing import Any, Final

from django.apps import apps
from django.db import models

from accounts.models import Tenant

OURS: Final = ("accounts", "billing", "assistants", "knowledge", "dialogs", "operators", "marketplace")
LEFT_OUT: Final = ("password", "secret", "token", "encrypted", "hash", "fingerprint", "embedding")


@lru_cache(maxsize=1)
def holdings() -> tuple[tuple[type[models.Model], str], ...]:
    """Return every model whose rows belong to a tenant with the lookup that leads there, the referring ones first."""
    paths: dict[type[models.Model], str] = {}
    ours = [model for app in OURS for model in apps.get_app_config(app).get_models() if model._meta.managed]
    for _ in ours:  # a path may lead over several others
        for model in ours:
            if model not in paths and (path := _path(model, paths)):
                paths[model] = path
    return tuple((model, paths[model]) for model in _referring_first(list(paths)))


def columns_of(model: type[models.Model]) -> list[str]:
    """Return the columns a shop may take away: no secrets, nothing that only search understands."""
    return [
        field.attname
        for field in model._meta.concrete_fields
        if not isinstance(field, models.BinaryField)
        and not any(word in field.attname for word in LEFT_OUT)
        and "vector" not in type(field).__name__.lower()
    ]


def _path(model: type[models.Model], known: dict[type[models.Model], str]) -> str:
    if model is Tenant:
        return ""
    links = [field for field in model._meta.concrete_fields if isinstance(field, models.ForeignKey)]
    if any(field.name == "tenant" and field.related_model is Tenant for field in links):
        return "tenant"
    required = (field for field in links if not field.null and field.related_model in known)
    return next((f"{field.name}__{known[field.related_model]}" for field in required), "")  # type: ignore[index]  # filtered


def _referring_first(found: list[type[models.Model]]) -> Iterator[type[models.Model]]:
    """Yield those nobody points to any more, again and again; a ring is cut where it is smallest."""
    left = list(found)
    while left:
        free = [model for model in left if not any(_points(other, model) for other in left if other is not model)]
        chosen = free or left[:1]
        yield from chosen
        left = [model for model in left if model not in chosen]


def _points(model: Any, to: Any) -> bool:
    return any(field.related_model is to for field in model._meta.concrete_fields if field.is_relation)
