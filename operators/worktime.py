"""Working time: when a number of working minutes is over, across breaks, nights, weekends and holidays.

Pure arithmetic: it knows no clock and no row. Days are those of the calendar's
time zone, so an hour that a change of the clocks repeats or skips is counted as it passes.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

Hours = tuple[tuple[time, time], ...]
HORIZON: Final = timedelta(days=2 * 366)


class NeverOver(ValueError):
    """The calendar has too few working hours for the time to pass."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Calendar:
    """When a team works.

    Attributes:
        zone: Where its days begin and end.
        week: Working hours by weekday, Monday is 0; what lies between two stretches is a break.
        holidays: Days without work.
    """

    zone: ZoneInfo
    week: Mapping[int, Hours]
    holidays: frozenset[date] = field(default_factory=frozenset)

    def stretches(self, start: datetime) -> Iterator[tuple[datetime, datetime]]:
        """Yield the stretches of work after ``start``, in order, as far as anybody plans."""
        day, last = start.astimezone(self.zone).date(), (start + HORIZON).date()
        while day <= last:
            for opens, closes in () if day in self.holidays else self.week.get(day.weekday(), ()):
                begin, end = self._moment(day, opens), self._moment(day, closes)
                if end > start and end > begin:
                    yield max(begin, start), end
            day += timedelta(days=1)

    def add(self, start: datetime, span: timedelta) -> datetime:
        """Return when ``span`` of working time is over that began at ``start``.

        Raises:
            NeverOver: not within two years.
        """
        if span <= timedelta(0):
            return start.astimezone(UTC)
        left = span
        for begin, end in self.stretches(start):
            if left <= end - begin:
                return begin + left
            left -= end - begin
        raise NeverOver(span)

    def between(self, start: datetime, end: datetime) -> timedelta:
        """Return how much working time lies between two moments."""
        total = timedelta(0)
        for begin, stop in self.stretches(start):
            if begin >= end:
                break
            total += min(stop, end) - begin
        return total

    def _moment(self, day: date, at: time) -> datetime:
        if at == time.max:  # midnight at the end of the day
            day, at = day + timedelta(days=1), time.min
        return datetime.combine(day, at, self.zone).astimezone(UTC)


def parse_hours(text: str) -> Hours:
    """Read "09:00-13:00, 14:00-18:00"; nothing is a day off, 24:00 the end of the day.

    Raises:
        ValueError: it is not written so, or the stretches are not one after the other.
    """
    found: list[tuple[time, time]] = []
    for part in text.replace("–", "-").replace("—", "-").split(","):
        if not part.strip():
            continue
        opens, dash, closes = part.partition("-")
        stretch = (_time(opens), _time(closes))
        if not dash or stretch[0] >= stretch[1] or (found and found[-1][1] > stretch[0]):
            raise ValueError(part)
        found.append(stretch)
    return tuple(found)


def format_hours(hours: Hours) -> str:
    """Write working hours as ``parse_hours`` reads them."""
    return ", ".join(f"{opens:%H:%M}-{_words(closes)}" for opens, closes in hours)


def _time(text: str) -> time:
    text = text.strip()
    return time.max if text == "24:00" else datetime.strptime(text, "%H:%M").time()  # noqa: DTZ007 -- a time of day


def _words(at: time) -> str:
    return "24:00" if at == time.max else f"{at:%H:%M}"
