"""States change in one UPDATE, so that of two rivals only one wins."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from config.errors import DomainError


@dataclass
class IllegalMove(DomainError):
    """A row cannot go from the state it is in to the wanted one."""

    code, status = "illegal_move", 409
    message = _("This is “{current}” now and cannot become “{wanted}”.")

    current: str
    wanted: str


def move(
    row: models.Model, to: str, *, allowed: Mapping[Any, frozenset[Any]], field: str = "status", **changes: Any
) -> str:
    """Change ``field`` of ``row`` to ``to`` if it still is what the caller saw; return what it was.

    Args:
        row: The row; it receives the new values.
        to: The wanted state.
        allowed: Which states each state may become.
        field: The column that holds the state.
        changes: Other columns written in the same UPDATE.

    Raises:
        IllegalMove: the move is not in ``allowed``, or somebody moved the row first.
    """
    seen = str(getattr(row, field))
    same = type(row)._base_manager.filter(pk=row.pk)
    if to not in allowed[seen] or not same.filter(**{field: seen}).update(**{field: to}, **changes):
        current = same.values_list(field, flat=True).first()
        raise IllegalMove(current=str(current), wanted=str(to))
    for name, value in {field: to, **changes}.items():
        setattr(row, name, value)
    return seen
