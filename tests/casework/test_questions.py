"""When a question goes on, and to whom."""

from __future__ import annotations

from datetime import date

import pytest

from casework.calendar import WorkingDays
from casework.questions import NOBODY, OWN, REGION, Onward, Patience, Unanswered, asked, onward
from casework.records import MUNICIPAL, REGIONAL, Person

TUESDAY, FRIDAY = date(2026, 11, 24), date(2026, 11, 27)
KOLYO, RENI = Person(1, "Кольо", MUNICIPAL), Person(2, "Рени", REGIONAL)


@pytest.mark.parametrize(
    ("today", "waiting", "goes"),
    [
        (TUESDAY, Unanswered(TUESDAY, OWN), None),
        (date(2026, 11, 27), Unanswered(TUESDAY, OWN), None),
        (date(2026, 11, 30), Unanswered(TUESDAY, OWN), Onward(REGION, returned=False)),
        (date(2026, 11, 30), Unanswered(TUESDAY, REGION), None),
        (TUESDAY, Unanswered(TUESDAY, NOBODY), Onward(OWN, returned=False)),
        (date(2026, 11, 25), Unanswered(TUESDAY, OWN, TUESDAY), None),
        (date(2026, 11, 26), Unanswered(TUESDAY, OWN, TUESDAY), Onward(OWN, returned=True)),
        (date(2026, 11, 30), Unanswered(FRIDAY, OWN, FRIDAY), None),
        (date(2026, 12, 1), Unanswered(FRIDAY, OWN, FRIDAY), Onward(OWN, returned=True)),
        (date(2026, 12, 8), Unanswered(TUESDAY, REGION, FRIDAY), Onward(REGION, returned=True)),
        (date(2026, 11, 30), Unanswered(TUESDAY, OWN, FRIDAY), None),
    ],
)
def test_a_question_goes_on_after_whole_working_days(today: date, waiting: Unanswered, goes: Onward | None) -> None:
    assert onward(WorkingDays(), today, waiting, Patience()) == goes


def test_where_nobody_is_the_next_one_is_asked() -> None:
    assert asked([KOLYO, RENI], OWN) == ([KOLYO], OWN)
    assert asked([RENI], OWN) == ([RENI], REGION)
    assert asked([KOLYO, RENI], REGION) == ([KOLYO, RENI], REGION)
    assert asked([KOLYO], REGION) == ([KOLYO], OWN)
    assert asked([], OWN) == ([], NOBODY)
