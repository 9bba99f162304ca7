"""Pages of a list without counting it: one row more than shown says whether there is another."""

from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from django.db.models import Model, QuerySet

M = TypeVar("M", bound=Model)

SIZE = 50
LAST = 1_000


@dataclass(frozen=True, slots=True)
class Page(Generic[M]):
    """One page; ``components/pagination.html`` shows the way to its neighbours."""

    rows: list[M]
    number: int
    has_next: bool

    @property
    def has_previous(self) -> bool:
        """Say whether there is an earlier page."""
        return self.number > 1

    @property
    def has_other_pages(self) -> bool:
        """Say whether this is not all."""
        return self.has_previous or self.has_next

    @property
    def next_page_number(self) -> int:
        """Return the number after this one."""
        return self.number + 1

    @property
    def previous_page_number(self) -> int:
        """Return the number before this one."""
        return self.number - 1


def count_up_to(rows: "QuerySet[Any]", most: int = 1_000) -> int:
    """Count rows, but stop at ``most``: a number on a page must not cost what a million rows cost."""
    return rows.order_by()[:most].count()


def page_of(rows: "QuerySet[M]", number: Any, *, size: int = SIZE) -> Page[M]:
    """Return the page with this number, which may be what anybody typed."""
    wanted = int(number) if str(number).isascii() and str(number).isdigit() else 1
    wanted = min(max(wanted, 1), LAST)
    found = list(rows[(wanted - 1) * size : wanted * size + 1])
    return Page(rows=found[:size], number=wanted, has_next=len(found) > size)
