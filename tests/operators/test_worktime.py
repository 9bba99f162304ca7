"""Working time passes across breaks, nights, weekends, holidays and changes of the clocks."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from operators.worktime import Calendar, NeverOver, format_hours, parse_hours

MOSCOW, BERLIN = ZoneInfo("Europe/Moscow"), ZoneInfo("Europe/Berlin")
HOURS = parse_hours("09:00-13:00, 14:00-18:00")
OFFICE = Calendar(
    zone=MOSCOW, week=dict.fromkeys(range(5), HOURS), holidays=frozenset({date(2026, 11, 4), date(2026, 12, 31)})
)


def moscow(day, clock, month=11):
    return datetime.combine(date(2026, month, day), time.fromisoformat(clock), MOSCOW)


@pytest.mark.parametrize(
    ("start", "minutes", "due"),
    [
        (moscow(20, "10:00"), 60, moscow(20, "11:00")),
        (moscow(20, "12:30"), 60, moscow(20, "14:30")),  # across lunch
        (moscow(20, "12:00"), 60, moscow(20, "13:00")),  # to lunch and not beyond
        (moscow(20, "13:20"), 30, moscow(20, "14:30")),  # from within lunch
        (moscow(19, "17:30"), 60, moscow(20, "09:30")),  # across a night
        (moscow(20, "17:30"), 60, moscow(23, "09:30")),  # Friday to Monday
        (moscow(21, "12:00"), 1, moscow(23, "09:01")),  # from a Saturday
        (moscow(3, "17:00"), 120, moscow(5, "10:00")),  # across a holiday
        (moscow(20, "09:00"), 960, moscow(23, "18:00")),  # two whole days end when the second does
        (moscow(20, "06:00"), 0, moscow(20, "06:00")),
    ],
)
def test_a_promise_is_due_after_so_much_working_time(start, minutes, due):
    assert OFFICE.add(start, timedelta(minutes=minutes)) == due
    assert OFFICE.add(start.astimezone(UTC), timedelta(minutes=minutes)) == due


def test_the_same_hours_elsewhere_are_other_moments():
    vladivostok = Calendar(zone=ZoneInfo("Asia/Vladivostok"), week=OFFICE.week)

    due = vladivostok.add(datetime(2026, 11, 22, 22, 30, tzinfo=UTC), timedelta(hours=1))

    assert due == datetime(2026, 11, 23, 0, 0, tzinfo=UTC)  # Monday, 10:00 there


@pytest.mark.parametrize(("day", "hours"), [(date(2026, 3, 29), 23), (date(2026, 10, 25), 25), (date(2026, 6, 1), 24)])
def test_a_day_around_the_clock_has_as_many_hours_as_it_really_has(day, hours):
    always = Calendar(zone=BERLIN, week=dict.fromkeys(range(7), parse_hours("00:00-24:00")))
    start = datetime.combine(day, time.min, BERLIN)
    end = datetime.combine(day + timedelta(days=1), time.min, BERLIN)

    assert always.between(start, end) == timedelta(hours=hours)


def test_who_never_works_is_never_late():
    with pytest.raises(NeverOver):
        Calendar(zone=MOSCOW, week={}).add(moscow(20, "10:00"), timedelta(minutes=1))


@settings(deadline=None)
@given(
    since=st.integers(0, 365 * 24 * 60),
    minutes=st.integers(1, 5_000),
)
def test_what_was_added_lies_between(since, minutes):
    start = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=since)
    span = timedelta(minutes=minutes)

    assert OFFICE.between(start, OFFICE.add(start, span)) == span


@pytest.mark.parametrize(
    "text", ["", "09:00-18:00", "00:00-24:00", "09:00-13:00, 14:00-18:00"], ids=lambda text: text or "a day off"
)
def test_hours_are_read_as_they_are_written(text):
    assert format_hours(parse_hours(text)) == text


@pytest.mark.parametrize("text", ["nine", "09:00", "18:00-09:00", "09:00-14:00, 13:00-18:00", "09:00-25:00", "9-18"])
def test_nonsense_is_refused(text):
    with pytest.raises(ValueError, match=r".*"):
        parse_hours(text)
