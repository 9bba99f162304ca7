"""Outcomes of complaints from a CSV file: looked through first, applied row by row after."""

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Final
from zoneinfo import ZoneInfo

from django.utils.dateparse import parse_date, parse_datetime
from django.utils.timezone import is_naive
from django.utils.translation import gettext as _

from accounts.enums import Role
from accounts.models import User
from accounts.services import require_role
from config.moves import IllegalMove
from marketplace.enums import ComplaintStatus
from marketplace.errors import ImportUnreadable
from marketplace.models import ReviewComplaint, Store

MOST_ROWS: Final = 20_000
MOST_BYTES: Final = 5 * 1024 * 1024
MOSCOW: Final = ZoneInfo("Europe/Moscow")
REVIEW, STATUS, MOMENT, ANSWER = "review", "status", "decided_at", "answer"
LONGEST_ANSWER: Final = 2_000
WORDS: Final = {
    "approved": ComplaintStatus.APPROVED,
    "одобрена": ComplaintStatus.APPROVED,
    "одобрено": ComplaintStatus.APPROVED,
    "удовлетворена": ComplaintStatus.APPROVED,
    "rejected": ComplaintStatus.REJECTED,
    "отклонена": ComplaintStatus.REJECTED,
    "отклонено": ComplaintStatus.REJECTED,
    "pending": ComplaintStatus.PENDING,
    "на рассмотрении": ComplaintStatus.PENDING,
}


@dataclass(frozen=True, slots=True)
class Line:
    """What became, or would become, of one line of the file."""

    number: int
    review: str
    status: str
    is_applied: bool
    told: str


def read(store: Store, data: bytes, *, by: User | None, at: datetime, is_dry_run: bool) -> list[Line]:
    """Apply a file of outcomes to one store's complaints, or only say what would happen.

    Raises:
        ImportUnreadable: no CSV in UTF-8 or Windows-1251, a column is missing, or too much.
    """
    if by is not None:
        require_role(by, store.tenant, Role.OPERATOR)
    rows = list(_rows(data))
    ids = {row[REVIEW] for _number, row in rows}
    known = {
        complaint.review.wb_id: complaint
        for complaint in ReviewComplaint.objects.filter(
            store=store, tenant_id=store.tenant_id, review__wb_id__in=ids
        ).select_related("review")
    }
    return [_line(number, row, known.get(row[REVIEW]), at=at, is_dry_run=is_dry_run) for number, row in rows]


def _line(
    number: int, row: dict[str, str], complaint: ReviewComplaint | None, *, at: datetime, is_dry_run: bool
) -> Line:
    line = partial(Line, number=number, review=row[REVIEW], status=row[STATUS])
    if complaint is None:
        return line(is_applied=False, told=_("This store has no complaint about such a review."))
    status, moment = WORDS.get(row[STATUS].lower()), _moment(row[MOMENT])
    refusal = _unreadable(row, status, moment, at=at) or _contradiction(complaint, status)
    if refusal or status is None:
        return line(is_applied=False, told=refusal)
    if is_dry_run:
        complaint.status = status  # a second line about it is judged as it will be
        return line(is_applied=True, told=_("Will be applied."))
    try:
        complaint.move_to(status, at=moment or at, wb_response=row[ANSWER][:LONGEST_ANSWER])
    except IllegalMove as refused:
        return line(is_applied=False, told=str(refused))
    return line(is_applied=True, told=_("Applied."))


def _unreadable(row: dict[str, str], status: ComplaintStatus | None, moment: datetime | None, *, at: datetime) -> str:
    if status is None:
        return _("Unknown outcome; write approved, rejected or pending.")
    if row[MOMENT] and moment is None:
        return _("The date cannot be read; write it as 2026-11-28.")
    return _("The date is in the future.") if moment is not None and moment > at else ""


def _contradiction(complaint: ReviewComplaint, status: ComplaintStatus | None) -> str:
    if complaint.status == status:
        return _("As it was.")
    if complaint.status == ComplaintStatus.DRAFT:
        return _("The complaint is a draft here; mark it as sent first.")
    is_decided = complaint.status in (ComplaintStatus.APPROVED, ComplaintStatus.REJECTED)
    return _("The complaint was decided otherwise before; that stays.") if is_decided else ""


def _rows(data: bytes) -> Iterator[tuple[int, dict[str, str]]]:
    if len(data) > MOST_BYTES:
        raise ImportUnreadable(why=_("it is larger than 5 MB"))
    text = _decoded(data)
    first = text.partition("\n")[0]
    reader = csv.DictReader(
        io.StringIO(text, newline=""), delimiter=";" if first.count(";") > first.count(",") else ","
    )
    try:
        names = [(name or "").strip().lower() for name in reader.fieldnames or ()]
        missing = [name for name in (REVIEW, STATUS) if name not in names]
        if missing:
            raise ImportUnreadable(why=_("the column “%(name)s” is missing") % {"name": missing[0]})
        reader.fieldnames = names
        for number, row in enumerate(reader, start=2):
            if number > MOST_ROWS + 1:
                raise ImportUnreadable(why=_("it has more than %(most)d lines") % {"most": MOST_ROWS})
            if any(value for value in row.values() if isinstance(value, str) and value.strip()):
                yield number, {name: (row.get(name) or "").strip() for name in (REVIEW, STATUS, MOMENT, ANSWER)}
    except csv.Error as error:
        raise ImportUnreadable(why=str(error)) from error


def _decoded(data: bytes) -> str:
    if b"\0" in data:
        raise ImportUnreadable(why=_("it is no text"))
    for encoding in ("utf-8-sig", "cp1251"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise ImportUnreadable(why=_("it is neither UTF-8 nor Windows-1251"))


def _moment(value: str) -> datetime | None:
    try:
        found = parse_datetime(value) or parse_date(value)
    except ValueError:
        return None
    if found is None:
        return None
    if not isinstance(found, datetime):
        found = datetime(found.year, found.month, found.day, tzinfo=MOSCOW)
    return found.replace(tzinfo=MOSCOW) if is_naive(found) else found
