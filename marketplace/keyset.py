"""Pages of lists with millions of rows: each starts after the last row of the one before, whatever its depth."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Generic, TypeVar

from django.db.models import Model, Q, QuerySet
from django.utils.dateparse import parse_datetime

M = TypeVar("M", bound=Model)
SIZE: Final = 40


@dataclass(frozen=True, slots=True)
class KeysetPage(Generic[M]):
    """One page; ``after`` leads to the next one, and is empty on the last."""

    rows: list[M]
    after: str
    is_first: bool


def page_after(
    rows: "QuerySet[M]", mark: str | None, *, field: str, is_newest_first: bool = True, size: int = SIZE
) -> KeysetPage[M]:
    """Return the page behind ``mark``, which may be what anybody typed; without one, or with nonsense, the first."""
    sign, beyond = ("-", "lt") if is_newest_first else ("", "gt")
    start = _read(mark)
    if start:
        moment, pk = start
        # the first condition alone lets the index start there; the second sorts out equals
        rows = rows.filter(
            Q(**{f"{field}__{beyond}": moment}) | Q(**{field: moment, f"pk__{beyond}": pk}),
            **{f"{field}__{beyond}e": moment},
        )
    found = list(rows.order_by(f"{sign}{field}", f"{sign}pk")[: size + 1])
    after = _write(found[size - 1], field) if len(found) > size else ""
    return KeysetPage(rows=found[:size], after=after, is_first=start is None)


def _write(row: Model, field: str) -> str:
    moment: datetime = getattr(row, field)
    return f"{moment.isoformat()}_{row.pk}"


def _read(mark: str | None) -> tuple[Any, int] | None:
    moment, _, pk = (mark or "").replace(" ", "+").partition("_")
    try:
        at = parse_datetime(moment)
    except ValueError:
        return None
    is_key = pk.isascii() and pk.isdigit() and len(pk) < 19  # noqa: PLR2004 -- digits of a bigint
    return (at, int(pk)) if at is not None and at.tzinfo is not None and is_key else None
