"""However a pile is sorted, whatever is tapped: nothing of it is lost and nothing is in two reports."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import replace
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from casework import piles
from casework.piles import Thing
from casework.records import Case, Person
from handlers.caseload.pick import Page
from handlers.engine import talk
from handlers.engine.replies import Tapped
from handlers.engine.scene import Scene
from handlers.engine.talk import JOURNALS, Asking, Finished, Journal, Look, Moment
from handlers.report import drafts
from handlers.report.sorting import Group, sort
from handlers.report.things import THINGS
from handlers.report.which import THROWN_AWAY, Offer, offer
from tests.casework.test_grouping import many
from tests.conversations.conftest import NOW, TODAY, WORK

HERE = Scene(Person(1, "Мила", "member"), WORK, Moment(NOW, TODAY, "bg"))
CASES = [
    Case(n, f"БЯ-{n:03}", "G1", "Бяла", "Бяла", f"ул. Дунав {n}", 2015, "S11", 1, "visit", TODAY) for n in (1, 2, 3)
]
LONGEST = 60
"""After so many taps whoever sorts wants to come to an end."""


def found(look: Look) -> Any:
    """What the storage would say."""
    if look.read is offer:
        return Offer(Page(CASES, len(CASES), 0), proposed=bool(look.arguments[1]))
    if look.read is drafts.by_case:
        return {"БЯ-001": "draft"}
    return next((case for case in CASES if case.id == look.arguments[1]), None)


def driven(steps: Generator[Look, Any, Any]) -> Any:
    try:
        look = next(steps)
        while True:
            look = steps.send(found(look))
    except StopIteration as end:
        return end.value


def sorted_by(taps: Any, things: list[Thing]) -> tuple[Journal, list[Group]]:
    """Through JSON between every two taps."""
    journal = Journal("sort", "j", given={"things": THINGS.dump_python(tuple(things), mode="json")})
    step = driven(talk.start(sort, HERE, journal, HERE.moment))
    for n in range(10 * LONGEST):
        if isinstance(step, Finished):
            return journal, step.result
        assert isinstance(step, Asking)
        journal = JOURNALS.validate_json(JOURNALS.dump_json(step.journal))
        buttons = [button for row in step.view.rows for button in row]
        tapped = buttons[0] if n > LONGEST else taps.draw(st.sampled_from(buttons))
        step = driven(talk.advance(sort, HERE, journal, Tapped("j", step.key, tapped.value), HERE.moment))
    raise AssertionError("no end")


@settings(deadline=None)  # the first drawing on a busy machine takes longer than most
@given(many().filter(bool), st.data())
def test_every_thing_is_in_one_report_or_was_thrown_away(things: list[Thing], taps: Any) -> None:
    things = [replace(one, id=n) for n, one in enumerate(things)]
    journal, groups = sorted_by(taps, things)
    kept = [one for group in groups for one in group.things]
    chosen = [value for key, value in journal.answers.items() if key.startswith("visit")]
    away = sum(count for case_id, count in chosen if case_id == THROWN_AWAY)
    assert len({one.id for one in kept}) == len(kept) == len(things) - away
    assert sum(count for _case, count in chosen) == len(things)
    assert all(piles.photos(group.things) <= piles.PHOTOS_AT_MOST for group in groups)
