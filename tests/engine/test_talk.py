"""What a sceptic asks of the engine: the journal alone decides, and a wrong answer moves nothing."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casework.records import Photo
from handlers.engine import talk
from handlers.engine.kinds import AnyOf, Photos
from handlers.engine.replies import Pictured, Reply, Tapped, Typed, Unreadable
from handlers.engine.review import Review, review
from handlers.engine.talk import Asking, Dropped, Finished, Journal, Line, Moment, Stale, Talk
from handlers.engine.views import Button, View
from handlers.engine.words import Phrase, Text, _

NOON = Moment(datetime(2026, 11, 24, 10, tzinfo=UTC), date(2026, 11, 24), "en")


@dataclass(frozen=True)
class Colour:
    """The smallest kind: one of a few words."""

    offered: tuple[str, ...]

    def needs(self, partial: Any, moment: Moment) -> None:
        return None

    def show(self, partial: Any, found: Any, moment: Moment) -> View:
        return View((), tuple((Button(word, word),) for word in self.offered))

    def read(self, reply: Reply, partial: Any, found: Any, moment: Moment) -> talk.Reading:
        value = reply.value if isinstance(reply, Tapped) else reply.text if isinstance(reply, Typed) else ""
        return talk.Accept(value) if value in self.offered else talk.Refuse("one of them, please")

    def accepts(self, value: Any) -> bool:
        return value in self.offered

    def decode(self, value: Any) -> str:
        return str(value)

    def tell(self, value: str) -> str:
        return value


SHADES = {"red": ("rose", "brick"), "blue": ("sky", "sea")}


async def paint(here: Talk, who: str) -> tuple[str, str, str]:
    colour = await here.ask("colour", "Which colour?", Colour(("red", "blue")), label="Colour")
    shade = await here.ask("shade", "Which shade?", Colour(SHADES[colour]), label="Shade")
    brush = await here.ask("brush", "Which brush?", Colour(("thin", "wide")), label="Brush", default="wide")
    await review(here, "Right?")
    return colour, shade, brush


def finish(steps: Generator[talk.Look, Any, talk.Step]) -> talk.Step:
    """Runs a conversation that looks at nothing."""
    try:
        next(steps)
    except StopIteration as end:
        step: talk.Step = end.value
        return step
    raise AssertionError("nothing was to be looked up")


def through_json(journal: Journal) -> Journal:
    return talk.JOURNALS.validate_json(talk.JOURNALS.dump_json(journal))


def begin() -> Asking:
    step = finish(talk.start(paint, "me", Journal("paint", "p1"), NOON))
    assert isinstance(step, Asking)
    return step


def say(step: talk.Step, reply: Reply) -> talk.Step:
    assert isinstance(step, Asking)
    return finish(talk.advance(paint, "me", through_json(step.journal), reply, NOON))


def tap(step: talk.Step, value: str) -> talk.Step:
    assert isinstance(step, Asking)
    return say(step, Tapped(step.journal.id, step.key, value))


def to_review() -> Asking:
    step = tap(tap(begin(), "red"), "rose")
    assert isinstance(step, Asking)
    return step


def test_a_conversation_returns_what_was_answered() -> None:
    assert tap(to_review(), "save") == Finished(("red", "rose", "wide"))


@pytest.mark.parametrize("reply", [Typed("green"), Typed("😀"), Typed("x" * 5000), Unreadable("sticker")])
def test_a_wrong_answer_never_advances_and_says_why(reply: Reply) -> None:
    step = say(begin(), reply)
    assert isinstance(step, Asking)
    assert step.refused
    assert step.key == "colour"
    assert step.journal.answers == {}
    assert step.view.lines[0] == "one of them, please"


def test_a_button_of_another_question_changes_nothing() -> None:
    second = tap(begin(), "red")
    assert isinstance(second, Asking)
    assert say(second, Tapped("p1", "colour", "blue")) == Stale(second)


def test_a_button_of_another_conversation_changes_nothing() -> None:
    first = begin()
    assert say(first, Tapped("p0", "colour", "blue")) == Stale(first)


def test_a_default_is_asked_only_when_changed() -> None:
    step = tap(tap(tap(to_review(), "change"), "c.brush"), "thin")
    assert tap(step, "save") == Finished(("red", "rose", "thin"))


def test_a_changed_answer_asks_again_only_what_no_longer_fits() -> None:
    step = tap(tap(tap(to_review(), "change"), "c.colour"), "blue")
    assert isinstance(step, Asking)
    assert step.key == "shade"
    assert tap(tap(step, "sea"), "save") == Finished(("blue", "sea", "wide"))


def test_the_same_answer_again_keeps_the_later_ones() -> None:
    step = tap(tap(tap(to_review(), "change"), "c.colour"), "red")
    assert isinstance(step, Asking)
    assert step.key == "review"


def test_back_takes_a_change_back_and_everything_is_as_it_was() -> None:
    before = to_review()
    for key in ("c.colour", "c.brush"):
        asked = tap(tap(before, "change"), key)
        assert isinstance(asked, Asking)
        after = finish(talk.back(paint, "me", through_json(asked.journal), NOON))
        assert isinstance(after, Asking)
        assert (after.key, after.journal.answers, after.view) == (before.key, before.journal.answers, before.view)


def test_each_value_stands_once_where_it_can_be_changed() -> None:
    long = Line("why", "Reason", "the roof leaks and the stairs are gone")
    lines = (Line("hue", "Hue", "red"), long, Line("note", "Note", ""), Line("nth", "Attempt", "2", changeable=False))
    assert Review(lines).show(None, None, NOON).lines[:3] == (
        told("Hue", "red"),
        told("Reason", long.value),
        told("Attempt", "2"),
    )
    choice = Review(lines).show("change", None, NOON)
    assert choice.lines[:2] == (told("Reason", long.value), "")
    assert [button.label for row in choice.rows for button in row][:3] == [told("Hue", "red"), "Reason", "Note"]


def told(label: str, value: Text) -> Phrase:
    return _("{label}: {value}", label=label, value=value)


def test_discard_saves_nothing() -> None:
    assert tap(to_review(), "drop") == Dropped()


def test_typing_at_the_review_saves_nothing() -> None:
    step = say(to_review(), Typed("save"))
    assert isinstance(step, Asking)
    assert step.refused


def test_back_at_the_first_question_asks_it_again() -> None:
    step = finish(talk.back(paint, "me", begin().journal, NOON))
    assert isinstance(step, Asking)
    assert step.key == "colour"


def test_an_answer_whose_choice_is_gone_is_asked_again() -> None:
    old = Journal("paint", "p1", answers={"colour": "green", "shade": "rose", "unknown": 1})
    step = finish(talk.start(paint, "me", old, NOON))
    assert isinstance(step, Asking)
    assert step.key == "colour"


async def choose(here: Talk, who: str) -> Any:
    return await here.ask("why", "Why?", AnyOf({"far": "Too far", "ill": "Ill"}, at_most=1))


async def photograph(here: Talk, who: str) -> Any:
    return await here.ask("photos", "Photos of the door.", Photos(at_most=3))


def part(flow: talk.Flow, *replies: Reply) -> Asking:
    """The question after these parts of its answer."""
    step = finish(talk.start(flow, "me", Journal("asks", "p1"), NOON))
    for reply in replies:
        assert isinstance(step, Asking)
        step = finish(talk.advance(flow, "me", through_json(step.journal), reply, NOON))
    assert isinstance(step, Asking)
    return step


def test_a_ticked_choice_leaves_all_the_words_standing_and_a_refused_one_none() -> None:
    ticked = part(choose, Tapped("p1", "why", "far"))
    assert ticked.stands == len(ticked.view.lines) == 2
    assert part(choose, Tapped("p1", "why", "far"), Tapped("p1", "why", "ill")).stands == 0


def test_words_that_are_no_longer_true_do_not_stand() -> None:
    shown = Pictured(Photo("viber", "file", "unique"))
    assert part(photograph, shown).stands == 0
    assert part(photograph, shown, Tapped("p1", "photos", "clear")).stands == 0


def test_below_the_review_only_what_is_asked_is_new_and_above_saving_it_is_whole() -> None:
    change = tap(to_review(), "change")
    assert isinstance(change, Asking)
    assert change.view.lines[change.stands :] == (_("What shall we change?"),)
    keep = tap(change, "keep")
    assert isinstance(keep, Asking)
    assert (keep.stands, keep.view) == (0, to_review().view)


def test_a_conversation_that_awaits_the_world_is_a_bug() -> None:
    async def careless(here: Talk, who: str) -> None:
        await Careless()

    with pytest.raises(talk.Forbidden):
        finish(talk.start(careless, "me", Journal("careless", "c1"), NOON))


class Careless:
    def __await__(self) -> Any:
        yield "a future of somebody else"


async def greet(here: Talk, who: str) -> str:
    colour = await here.ask("colour", "Which colour?", Colour(("red", "blue")))
    here.say(f"Painted {colour}.")
    return await here.ask("brush", "Which brush?", Colour(("thin", "wide")))


def test_what_a_conversation_says_stands_above_its_next_question() -> None:
    first = finish(talk.start(greet, "me", Journal("greet", "g1"), NOON))
    assert isinstance(first, Asking)
    second = finish(talk.advance(greet, "me", first.journal, Typed("red"), NOON))
    assert isinstance(second, Asking)
    assert second.view.lines == ("Painted red.", "Which brush?")


def test_a_conversation_whose_last_question_is_no_longer_asked_ends_at_the_next_message() -> None:
    older = Journal("paint", "p1", answers={"colour": "red", "shade": "rose", "review": "save"}, open_key="frame")
    assert finish(talk.advance(paint, "me", older, Typed("oak"), NOON)) == Finished(("red", "rose", "wide"))


@dataclass(frozen=True)
class Fickle(Colour):
    """Takes a word and does not know it again."""

    def accepts(self, value: Any) -> bool:
        return False


def test_a_kind_that_takes_what_it_does_not_accept_is_a_bug() -> None:
    async def careless(here: Talk, who: str) -> str:
        return await here.ask("colour", "Which?", Fickle(("red",)))

    with pytest.raises(TypeError, match="colour"):
        finish(talk.advance(careless, "me", Journal("careless", "c1"), Typed("red"), NOON))


ANSWERS = st.lists(
    st.sampled_from(["red", "blue", "rose", "brick", "sky", "sea", "thin", "wide", "noise"]), max_size=12
)


def play(words: list[str]) -> Asking:
    step: talk.Step = begin()
    for word in words:
        step = say(step, Typed(word))
    assert isinstance(step, Asking)
    return step


@given(ANSWERS)
def test_the_journal_alone_determines_the_next_question(words: list[str]) -> None:
    step = play(words)
    again = finish(talk.start(paint, "me", through_json(step.journal), NOON))
    assert isinstance(again, Asking)
    assert (again.key, again.journal) == (step.key, step.journal)
    assert step.refused or again.view == step.view


@given(ANSWERS)
def test_back_and_the_same_answer_change_nothing(words: list[str]) -> None:
    step = play(words)
    if not step.journal.answers:
        return
    last = list(step.journal.answers)[-1]
    earlier = finish(talk.back(paint, "me", through_json(step.journal), NOON))
    assert isinstance(earlier, Asking)
    assert earlier.key == last
    again = say(earlier, Typed(step.journal.answers[last]))
    assert isinstance(again, Asking)
    assert (again.key, again.journal.answers) == (step.key, step.journal.answers)


@given(ANSWERS)
def test_every_label_shown_equals_the_value_stored(words: list[str]) -> None:
    step = play(words)
    for button in (button for row in step.view.rows for button in row):
        after = tap(step, button.value)
        if isinstance(after, Asking) and step.key != "review":
            assert after.journal.answers[step.key] == button.label


def test_what_was_looked_up_is_recorded_and_not_read_twice() -> None:
    reads = []

    async def count(tx: None) -> int:
        raise AssertionError("only the driver reads")

    async def curious(here: Talk, who: str) -> int:
        number = await here.look("n", count)
        await here.ask("colour", "Which?", Colour(("red",)))
        return number

    steps = talk.start(curious, "me", Journal("curious", "c1"), NOON)
    reads.append(next(steps).read)
    with pytest.raises(StopIteration) as end:
        steps.send(7)
    step = end.value.value
    journal = through_json(step.journal)
    assert finish(talk.advance(curious, "me", journal, Typed("red"), NOON)) == Finished(7)
    assert reads == [count]


def test_what_an_older_release_looked_up_in_another_shape_is_looked_up_again() -> None:
    async def count(tx: None) -> int:
        raise AssertionError("only the driver reads")

    async def curious(here: Talk, who: str) -> int:
        return await here.look("n", count)

    older = Journal("curious", "c1", looks={"n": {"count": 7}})
    steps = talk.start(curious, "me", older, NOON)
    assert next(steps).read is count
    with pytest.raises(StopIteration) as end:
        steps.send(7)
    assert end.value.value == Finished(7)


def test_the_partial_of_one_question_never_reaches_another() -> None:
    step = to_review()
    assert isinstance(step, Asking)
    strange = replace(step.journal, open_key="colour", partial="change")
    shown = finish(talk.start(paint, "me", strange, NOON))
    assert isinstance(shown, Asking)
    assert shown.view.rows[0][0].value == "save"
