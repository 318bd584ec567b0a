"""Opening hours: what is refused, and what a place's door really does."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pytest
from essai import HALL_HOURS, PARIS, at
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.knowledge.hours import Cause, HoursError, parse_hours
from bot.knowledge.model import Closure
from bot.knowledge.public_holidays import holiday_on, holiday_region, next_holiday

HALL = parse_hours(HALL_HOURS)


@pytest.mark.parametrize(
    ("expression", "code"),
    [
        ("du lundi au vendredi", "hours_syntax"),
        ("Mo-Fr 9h-12h", "hours_syntax"),
        ("", "hours_syntax"),
        ("Mo-Fr 25:00-26:00", "hours_syntax"),
        ("Mo-Fr 09:00-17:00; SH off", "hours_school_holidays"),
        ("Mo-Fr 09:00-12:00 || off", "hours_fallback"),
        ("Mo-Fr 09:00-12:00 unknown", "hours_unknown"),
        ("sunrise-sunset", "hours_sun"),
        ("Mo 08:00+", "hours_open_end"),
        ("Mo 08:00-17:00+", "hours_open_end"),
        ('"sur rendez-vous"', "hours_comment_only"),
        ('Mo-Fr 09:00-12:00; "sur rendez-vous"', "hours_comment_only"),
        ("Mo-Fr", "hours_without_time"),
        ('Mo-Fr "sur rendez-vous"', "hours_without_time"),
        ("Mo-Fr 09:00-17:00; Feb 30 off", "hours_impossible_date"),
        ("Jun 15-Jun 31 10:00-12:00", "hours_impossible_date"),
        ("2025 Feb 29 10:00-12:00", "hours_impossible_date"),
        ("Mo-Fr 17:00-09:00", "hours_reversed"),
        ("Mo 09:00-09:00", "hours_reversed"),
        ("PH off; Mo-Fr 08:00-12:00", "hours_holidays_not_last"),
        ("Mo-Fr 08:00-12:00; Su,PH off; Sa 09:00-12:00", "hours_holidays_not_last"),
        ("Mo-Fr 08:00-12:00; Mo-Fr 14:00-18:00", "hours_overridden"),
    ],
)
def test_hours_that_would_mislead_are_refused(expression: str, code: str) -> None:
    """Staff hear of hours that would be read otherwise than they were meant."""
    with pytest.raises(HoursError) as error:
        parse_hours(expression)
    assert error.value.code == code


@pytest.mark.parametrize(
    "expression",
    [
        HALL_HOURS,
        "24/7",
        '24/7 "badge"',
        "Mo-Fr 08:30-12:00,14:00-18:00",
        "Mo-Fr 08:30-12:00, Mo-Fr 14:00-18:00",
        "Fr 18:00-02:00",
        "Mo-Su 18:00-09:00",
        "Mo-Fr,PH 09:00-12:00",
        "Mo-Fr 09:00-12:00; PH off; Jul 14 10:00-12:00",
        "Mo-Fr 09:00-12:00; PH off; Dec 24 off",
        "week 01-53/2 Mo 09:00-12:00",
        "Feb 29 10:00-12:00",
        'Sa 09:00-12:00 "sur rendez-vous"',
        'off "travaux"',
    ],
)
def test_sound_hours_are_taken(expression: str) -> None:
    """Staff may write whatever says plainly when a door opens."""
    assert parse_hours(expression).expression == expression


@settings(max_examples=25, deadline=None)
@given(st.text(alphabet='MoTuWeFrSaPHof 0123456789:-;,+"[]/|JanFebSHweek', max_size=60))
def test_no_text_breaks_the_reading_of_hours(expression: str) -> None:
    """Whatever staff type for hours is taken or refused, never a crash."""
    try:
        schedule = parse_hours(expression)
    except HoursError:
        return
    schedule.status(at("2026-11-20T14:00"), PARIS)


def test_open_until_the_evening() -> None:
    """On a Thursday the hall is open until half past seven."""
    status = HALL.status(at("2026-11-26T18:00"), PARIS)
    assert (status.open, status.until) == (True, at("2026-11-26T19:30"))


def test_closed_before_a_weekend() -> None:
    """On Saturday afternoon the next opening is on Monday."""
    status = HALL.status(at("2026-11-21T15:00"), PARIS)
    assert (status.open, status.next_opening) == (False, at("2026-11-23T08:30"))


def test_the_closing_minute_is_closed() -> None:
    """At five sharp on a Monday the door is shut."""
    assert not HALL.status(at("2026-11-23T17:00"), PARIS).open


def test_utc_is_brought_to_local_time() -> None:
    """A question that reaches the server at 16:30 UTC is asked at 17:30 in town."""
    assert not HALL.status(datetime(2026, 11, 23, 16, 30, tzinfo=UTC), PARIS).open


def test_the_first_tuesday_of_the_month() -> None:
    """On the first Tuesday the hall opens at one; on the second at half past eight."""
    first, second = HALL.day(date(2026, 12, 1)), HALL.day(date(2026, 12, 8))
    assert [opening.start.time() for opening in (*first.openings, *second.openings)] == [time(13), time(8, 30)]
    assert HALL.weekday(1, date(2026, 11, 20))[0].start == time(8, 30)


def test_a_public_holiday_has_a_name() -> None:
    """The hall is closed on 14 July, and the resident is told why."""
    day = HALL.day(date(2026, 7, 14))
    assert day.openings == ()
    assert day.cause is Cause.HOLIDAY
    assert day.holiday is not None
    assert (day.holiday.name("fr"), day.holiday.name("en")) == ("Fête nationale", "National Day")


def test_hours_silent_about_holidays_say_so() -> None:
    """A place that says nothing of holidays gives its usual hours, flagged as unsure."""
    day = parse_hours("Mo-Fr 09:00-17:00").day(date(2026, 7, 14))
    assert day.openings
    assert day.holiday_unsaid
    assert not parse_hours("24/7").day(date(2026, 7, 14)).holiday_unsaid
    assert not parse_hours("Mo-Fr,PH 09:00-17:00").day(date(2026, 7, 14)).holiday_unsaid


def test_a_closure_wins_over_hours() -> None:
    """A staff party closes the hall, and the next opening skips it."""
    closures = [Closure.model_validate({"from": "2026-11-23", "to": "2026-11-24", "reason": "fête du personnel"})]
    status = HALL.status(at("2026-11-23T10:00"), PARIS, closures)
    assert not status.open
    assert (status.today.cause, status.today.words) == (Cause.CLOSURE, "fête du personnel")
    assert status.next_opening == at("2026-11-25T08:30")


def test_hours_past_midnight_belong_to_the_evening() -> None:
    """A night that begins on Friday is still Friday's at one in the morning."""
    night = parse_hours("Fr 18:00-02:00")
    status = night.status(at("2026-11-21T01:00"), PARIS)
    assert (status.open, status.until) == (True, at("2026-11-21T02:00"))
    assert night.day(date(2026, 11, 21)).openings == ()


def test_a_door_that_never_closes() -> None:
    """A place open day and night has no closing time."""
    status = parse_hours("24/7").status(at("2026-11-20T03:00"), PARIS)
    assert (status.open, status.until) == (True, None)


def test_a_place_closed_for_good() -> None:
    """A place under works has no next opening, and its remark is kept."""
    status = parse_hours('off "travaux"').status(at("2026-11-20T10:00"), PARIS)
    assert (status.open, status.next_opening, status.today.words) == (False, None, "travaux")


def test_summer_only() -> None:
    """In November the lido next opens in July."""
    assert parse_hours("Jul-Aug 10:00-20:00").status(at("2026-11-20T10:00"), PARIS).next_opening == at(
        "2027-07-01T10:00"
    )


@pytest.mark.parametrize("day", ["2026-03-29", "2026-10-25"])
def test_a_change_of_clock_moves_no_opening(day: str) -> None:
    """On the Sundays when clocks change, a pool that opens at nine opens at nine on the wall."""
    pool = parse_hours("Su 09:00-13:00")
    status = pool.status(at(f"{day}T00:30"), PARIS)
    assert status.next_opening == at(f"{day}T09:00")
    assert pool.status(at(f"{day}T12:59"), PARIS).until == at(f"{day}T13:00")


def test_leap_day() -> None:
    """On 29 February 2028, a Tuesday, the hall keeps its hours."""
    assert [opening.start.time() for opening in HALL.day(date(2028, 2, 29)).openings] == [time(8, 30)]


def test_alsace_keeps_its_own_holidays() -> None:
    """In Strasbourg 26 December is a holiday, and what closes on holidays is closed."""
    alsace = parse_hours("Mo-Sa 09:00-17:00; PH off", holiday_region("67482"))
    elsewhere = parse_hours("Mo-Sa 09:00-17:00; PH off", holiday_region("75056"))
    saturday = date(2026, 12, 26)
    assert (alsace.day(saturday).openings, len(elsewhere.day(saturday).openings)) == ((), 1)
    assert alsace.status(at("2026-12-26T10:00"), PARIS).next_opening == at("2026-12-28T09:00")


def test_the_next_holiday_passes_the_new_year() -> None:
    """After Christmas the next holiday is New Year's Day."""
    assert next_holiday(date(2026, 12, 26)).date == date(2027, 1, 1)
    assert holiday_on(date(2026, 12, 26)) is None


@settings(max_examples=20, deadline=None)
@given(st.datetimes(datetime(2025, 1, 1), datetime(2030, 12, 31)))  # noqa: DTZ001 - made local below
def test_a_status_never_contradicts_itself(moment: datetime) -> None:
    """At any minute a place is open with a closing time ahead, or closed with an opening ahead."""
    now = moment.replace(tzinfo=PARIS, fold=0)
    status = HALL.status(now, PARIS)
    ahead = status.until if status.open else status.next_opening
    assert ahead is not None
    assert ahead.replace(tzinfo=None) > now.astimezone(UTC).astimezone(PARIS).replace(tzinfo=None)
    just_before = ahead - timedelta(minutes=1)
    assert HALL.status(just_before, PARIS).open is status.open
    assert HALL.status(ahead, PARIS).open is not status.open
