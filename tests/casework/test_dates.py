"""Days as people write them on a doorstep."""

from __future__ import annotations

from datetime import date, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casework import dates

TODAY = date(2026, 11, 24)  # a Tuesday


@pytest.mark.parametrize(
    ("said", "day"),
    [
        ("днес", TODAY),
        ("Утре", date(2026, 11, 25)),
        ("вдругиден", date(2026, 11, 26)),
        ("24.11", TODAY),
        ("3.12", date(2026, 12, 3)),
        ("3/12", date(2026, 12, 3)),
        ("3.1", date(2027, 1, 3)),
        ("24.11.2027 г.", date(2027, 11, 24)),
        ("3 декември", date(2026, 12, 3)),
        ("3 дек", date(2026, 12, 3)),
        ("след 7 дни", date(2026, 12, 1)),
        ("след седмица", date(2026, 12, 1)),
        ("след 2 седмици", date(2026, 12, 8)),
        ("в петък", date(2026, 11, 27)),
        ("вторник", date(2026, 12, 1)),
        ("tomorrow", date(2026, 11, 25)),
        ("in 7 days", date(2026, 12, 1)),
        ("next friday", date(2026, 11, 27)),
        ("24 nov", TODAY),
        ("29.2", date(2028, 2, 29)),
    ],
)
def test_a_day_to_come(said: str, day: date) -> None:
    assert dates.read_day(said, TODAY) == day


@pytest.mark.parametrize(
    ("said", "day"),
    [
        ("вчера", date(2026, 11, 23)),
        ("25.11", date(2025, 11, 25)),
        ("петък", date(2026, 11, 20)),
        ("24.11", TODAY),
    ],
)
def test_a_day_gone_by(said: str, day: date) -> None:
    assert dates.read_day(said, TODAY, past=True) == day


@pytest.mark.parametrize(
    "said",
    ["", "скоро", "32.1", "30.2", "1.13", "след много дни", "24.11.26.1", "😀", "5 ябълки", "x" * 5000],
)
def test_what_is_no_day_is_none(said: str) -> None:
    assert dates.read_day(said, TODAY) is None


@pytest.mark.parametrize(
    ("said", "hour"),
    [("14:30", time(14, 30)), ("14.30", time(14, 30)), ("14ч", time(14)), ("2pm", time(14)), ("12am", time(0)),
     ("24:00", None), ("7:60", None), ("13pm", None), ("утре", None)],
)  # fmt: skip
def test_a_time_of_day(said: str, hour: time | None) -> None:
    assert dates.read_time(said) == hour


@given(st.dates(date(2020, 1, 1), date(2040, 12, 31)))
def test_a_full_date_reads_back(day: date) -> None:
    assert dates.read_day(f"{day:%d.%m.%Y}", TODAY) == day


def test_a_day_is_told_in_the_language() -> None:
    assert dates.write_day(TODAY, "bg", TODAY) == "днес, 24.11"
    assert dates.write_day(TODAY + timedelta(days=3), "bg", TODAY) == "пт, 27.11"
    assert dates.write_day(date(2027, 1, 8), "bg", TODAY) == "пт, 8.01.2027 г."
    assert dates.write_day(TODAY + timedelta(days=1), "en", TODAY) == "tomorrow 25 Nov"
    assert dates.write_day(date(2027, 1, 8), "en", TODAY) == "Fri 8 Jan 2027"
