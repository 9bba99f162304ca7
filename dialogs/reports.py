"""Dialogs as a seller reads them: rows of a list, lines of a thread, what each of them cost."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from itertools import islice
from typing import Any, Final, Self
from uuid import UUID

from django.db.models import DecimalField, F, Q, Sum
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast

from billing.enums import ServiceType
from billing.models import BalanceTransaction
from dialogs.models import Dialog, DialogMessage, DialogQuerySet, MessageRating

PAGE: Final = 50
CHUNK: Final = 500
NOTHING: Final = Decimal(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One dialog in a list."""

    dialog: Dialog
    last: DialogMessage | None
    cost: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A part of a list and the cursor of the next one, empty at the end."""

    rows: Sequence[Row]
    next: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Cursor:
    """Where a page of the list ends: the last dialog and the moment it was sorted by."""

    moment: datetime | None
    pk: int

    @classmethod
    def read(cls, text: str, dialogs: DialogQuerySet) -> Self | None:
        """Return the cursor that an address names, or None when it names none of ``dialogs``."""
        moment, _, name = text.partition("~")
        try:
            found = dialogs.filter(uuid=UUID(name)).values_list("pk", flat=True).first()
            return cls(moment=datetime.fromisoformat(moment) if moment else None, pk=found) if found else None
        except ValueError:
            return None

    def after(self, dialogs: DialogQuerySet) -> DialogQuerySet:
        """Keep what comes after this place in the order of ``latest_first``."""
        if self.moment is None:
            return dialogs.filter(last_message_at=None, pk__lt=self.pk)
        earlier = Q(last_message_at__lt=self.moment) | Q(last_message_at=None)
        return dialogs.filter(earlier | Q(last_message_at=self.moment, pk__lt=self.pk))


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One message of a thread with all that belongs to it."""

    message: DialogMessage
    ratings: Sequence[MessageRating]
    entry: BalanceTransaction | None

    @property
    def receipt(self) -> dict[str, Any]:
        """Return the receipt, empty for what was not answered by the assistant."""
        return self.message.receipt or {}


def page_of(dialogs: DialogQuerySet, *, after: str = "", size: int = PAGE) -> Page:
    """Return one page of ``dialogs``, latest first, from a cursor on."""
    cursor = Cursor.read(after, dialogs) if after else None
    wanted = cursor.after(dialogs) if cursor else dialogs
    found = list(wanted.select_related("contact", "assistant", "assigned_operator").latest_first()[: size + 1])
    rows = list(rows_of(found[:size]))
    last = found[size - 1] if len(found) > size else None
    moment = last.last_message_at.isoformat() if last and last.last_message_at else ""
    return Page(rows=rows, next=f"{moment}~{last.uuid}" if last else "")


def rows_of(dialogs: Iterable[Dialog]) -> Iterator[Row]:
    """Yield ``dialogs`` with their last words and costs, a few queries per ``CHUNK``."""
    walk = iter(dialogs)
    while chunk := list(islice(walk, CHUNK)):
        keys = [dialog.pk for dialog in chunk]
        last = {m.dialog_id: m for m in DialogMessage.objects.filter(dialog__in=keys, seq=F("dialog__last_seq"))}
        spent = costs_of(keys)
        for dialog in chunk:
            yield Row(dialog=dialog, last=last.get(dialog.pk), cost=spent.get(dialog.pk, NOTHING))


def costs_of(keys: Sequence[int]) -> dict[int, Decimal]:
    """Return what the answers of each dialog cost, by the prices on their receipts."""
    price = Cast(KeyTextTransform("price", "receipt"), DecimalField(max_digits=18, decimal_places=6))
    paid = DialogMessage.objects.filter(dialog__in=keys, receipt__has_key="price").values("dialog_id")
    return dict(paid.annotate(cost=Sum(price)).values_list("dialog_id", "cost"))


def lines_of(dialog: Dialog, *, after: int = 0, limit: int = 500) -> list[Line]:
    """Return the latest ``limit`` messages after number ``after``, in order, with ratings and ledger entries."""
    messages = dialog.messages.select_related("author").prefetch_related("ratings", "attachments").filter(seq__gt=after)
    rows = list(reversed(messages.order_by("-seq")[:limit]))
    paid = [row.pk for row in rows if (row.receipt or {}).get("price")]
    entries = (
        BalanceTransaction.objects.filter(
            tenant_id=dialog.tenant_id, related_id__in=paid, transaction_type__in=ServiceType.values
        )
        if paid
        else ()
    )
    by_message = {entry.related_id: entry for entry in entries}
    return [Line(message=row, ratings=list(row.ratings.all()), entry=by_message.get(row.pk)) for row in rows]
