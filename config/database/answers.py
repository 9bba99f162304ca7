"""What an examination of the database answers."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Any, Final

from django.db import connection
from django.utils.translation import gettext as _

TWO_DAYS: Final = 48


class State(StrEnum):
    """How an answer is to be taken."""

    OK = "ok"
    NOTE = "note"  # worth knowing, nothing to do
    WARNING = "warning"
    ERROR = "error"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """The answer to one question about the database."""

    name: str
    title: str
    state: State
    summary: str
    columns: Sequence[str] = ()
    rows: Sequence[Sequence[Any]] = ()


def worst(answers: Sequence[Answer]) -> State:
    """Return the most serious state among the answers."""
    return max((answer.state for answer in answers), key=list(State).index, default=State.OK)


def select(query: str, *values: Any) -> list[tuple[Any, ...]]:
    """Return what a reading statement finds."""
    with connection.cursor() as cursor:
        cursor.execute(query, values or None)
        return list(cursor.fetchall())


def span(age: timedelta) -> str:
    """Say a length of time roughly."""
    hours = age.total_seconds() / 3600
    if hours < 1:
        return _("{count:.0f} minutes").format(count=hours * 60)
    return (
        _("{count:.0f} days").format(count=hours / 24)
        if hours > TWO_DAYS
        else _("{count:.1f} hours").format(count=hours)
    )
