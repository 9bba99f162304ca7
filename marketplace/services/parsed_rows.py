"""One row that the browser extension read in the portal: what it may say, and how it names its review."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from django.utils.dateparse import parse_date, parse_datetime
from django.utils.timezone import is_naive

from marketplace.enums import ChatAvailability, ComplaintStatus, PurchaseStatus, ReviewStatus

MOSCOW: Final = ZoneInfo("Europe/Moscow")  # the portal shows Moscow time
MINUTE: Final = timedelta(minutes=1)
DAY: Final = timedelta(days=1)
CLOCK_SKEW: Final = timedelta(minutes=10)
FINGERPRINT: Final = 100  # characters of the text that are compared: the portal cuts long ones
LONGEST: Final = 1_000
LONGEST_ID: Final = 64
LARGEST: Final = 2**63 - 1
LARGEST_PAGE: Final = 2**31 - 1
REPORTED: Final = (ComplaintStatus.PENDING, ComplaintStatus.APPROVED, ComplaintStatus.REJECTED)
NOTHING_SAID: Final = "not_sent"


class Unreadable(ValueError):
    """A row is not what it should be; the text says where."""


def values(raw: Any, *, at: datetime) -> Iterator[Any]:
    """Return the columns of a row.

    Raises:
        Unreadable: a field is not what it should be, or the row names no review.
    """
    if not isinstance(raw, dict):
        raise Unreadable("not an object")
    wb_id, *fingerprint = _review(raw)
    outcome = _choice(raw, "complaint_status", (*REPORTED, NOTHING_SAID))
    parsed_at = _moment(raw, "parsed_at") or at
    if parsed_at > at + CLOCK_SKEW:
        raise Unreadable("parsed_at is in the future")
    return iter(
        (
            wb_id,
            *fingerprint,
            _choice(raw, "review_status_wb", ReviewStatus.values),
            _choice(raw, "product_status_by_review", PurchaseStatus.values),
            _choice(raw, "chat_status_by_review", ChatAvailability.values),
            None if outcome == NOTHING_SAID else outcome,
            _text(raw, "wb_response", LONGEST),
            _moment(raw, "moderated_at"),
            _integer(raw, "page_number", most=LARGEST_PAGE),
            _moment(raw, "purchase_date"),
            _text(raw, "chat", LONGEST_ID) or None,
            parsed_at,
        )
    )


def _review(raw: dict[str, Any]) -> tuple[Any, ...]:
    """Return how the row names its review: by its id, or by what the portal shows of it."""
    if wb_id := _text(raw, "review", LONGEST_ID):
        return wb_id, None, None, None, None, None, None
    nm_id = _integer(raw, "nm_id", most=LARGEST, is_required=True)
    rating = _integer(raw, "rating", most=5, is_required=True)
    date_from, date_to = _window(raw)
    author, words = _folded(raw, "author"), _folded(raw, "text")
    if not author and words is None:
        raise Unreadable("author or text is needed to tell reviews of one day apart")
    return None, nm_id, rating, date_from, date_to, author or None, words[:FINGERPRINT] if words is not None else None


def _text(raw: dict[str, Any], name: str, longest: int) -> str:
    value = raw.get(name)
    if value is None:
        return ""
    if not isinstance(value, str) or len(value) > longest or "\0" in value:
        raise Unreadable(f"{name}: a text of at most {longest} characters is needed")
    return value.strip()


def _folded(raw: dict[str, Any], name: str) -> str | None:
    """Return a text as it is compared; None when the row does not have it."""
    value = raw.get(name)
    if value is None:
        return None
    if not isinstance(value, str) or "\0" in value:
        raise Unreadable(f"{name}: a text is needed")
    return " ".join(value.lower().split())


def _integer(raw: dict[str, Any], name: str, *, most: int, is_required: bool = False) -> int | None:
    value = raw.get(name)
    if value is None and not is_required:
        return None
    if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value <= most:
        raise Unreadable(f"{name}: a whole number from 1 to {most} is needed")
    return value


def _choice(raw: dict[str, Any], name: str, allowed: Sequence[str]) -> str | None:
    value = raw.get(name)
    if value is None:
        return None
    if value not in allowed:
        raise Unreadable(f"{name}: one of {', '.join(allowed)} is needed")
    return str(value)


def _moment(raw: dict[str, Any], name: str) -> datetime | None:
    value = raw.get(name)
    if value is None:
        return None
    found = _parsed(value)
    if found is None:
        raise Unreadable(f"{name}: a date in ISO 8601 is needed")
    return found if isinstance(found, datetime) else datetime(found.year, found.month, found.day, tzinfo=MOSCOW)


def _window(raw: dict[str, Any]) -> tuple[datetime, datetime]:
    """Return the minute, or the day in Moscow, in which the review was written."""
    found = _parsed(raw.get("date"))
    if found is None:
        raise Unreadable("date: a date in ISO 8601 is needed")
    if isinstance(found, datetime):
        start = found.replace(second=0, microsecond=0)
        return start, start + MINUTE
    start = datetime(found.year, found.month, found.day, tzinfo=MOSCOW)
    return start, start + DAY


def _parsed(value: Any) -> datetime | date | None:
    if not isinstance(value, str):
        return None
    try:
        found = parse_datetime(value) if "T" in value or " " in value else parse_date(value)
    except ValueError:
        return None
    if found is None or not 2000 < found.year < 2100:  # noqa: PLR2004 -- a date of a review, not of a fairy tale
        return None
    return found.replace(tzinfo=MOSCOW) if isinstance(found, datetime) and is_naive(found) else found
