"""Each kind of question: what it takes, and what it says to anything else."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from typing import Any

import pytest

from casework.piles import Thing
from casework.records import Person, Photo, Place
from handlers.caseload.pick import PickCase
from handlers.engine.kinds import AnyOf, Day, Hour, Number, OneOf, Photos, Sentence, Where
from handlers.engine.pages import OnPages
from handlers.engine.phrased import Phrased, Saying
from handlers.engine.replies import Filed, Located, Pictured, Reply, Tapped, Typed, Unreadable
from handlers.engine.review import Review
from handlers.engine.talk import Accept, Keep, Line, Moment, Refuse
from handlers.engine.words import Phrase, Words
from handlers.people.hours import ZONES, Later, ZoneOf
from handlers.report.sorting import Confirm
from handlers.report.which import WhichVisit

NOON = Moment(datetime(2026, 11, 24, 10, tzinfo=UTC), date(2026, 11, 24), "bg")
FRUIT = {"a": "Ябълка", "p": "Круша", "c": "Череша", "q": "Дюля"}
DOOR = Photo("telegram", "f1", "u1")
EVERY_KIND = [
    OneOf(FRUIT),
    OnPages(FRUIT),
    Phrased(FRUIT, {"more": "Друг плод"}),
    AnyOf(FRUIT, 3),
    AnyOf(FRUIT, 3, first=2),
    Sentence(),
    Day(),
    Hour(("17:30",)),
    Later(("17:30",), time(16)),
    ZoneOf(ZONES),
    Number((1, 2), 0, 31),
    Photos(),
    Where(),
    PickCase(Person(1, "Мила", "member")),
    WhichVisit(Person(1, "Мила", "member"), (Thing(0, NOON.at, NOON.at, "14 никой"),)),
    Confirm((), "Направи черновите"),
    Review((Line("note", "Бележка", "черна порта"),)),
]
EVERY_ANSWER: list[Reply] = [
    Tapped("t", "k", "a"),
    Tapped("t", "k", "skip"),
    Tapped("t", "k", "2026-11-25"),
    Tapped("t", "k", "14"),
    Tapped("t", "k", "save"),
    Tapped("t", "k", "do"),
    Typed("Круша"),
    Typed("утре"),
    Typed("17:30"),
    Typed("бележка"),
    Typed("Madrid"),
    Pictured(DOOR),
    Located(Place(43.8, 25.9)),
]


def read(kind: Any, reply: Reply, partial: Any = None) -> Any:
    return kind.read(reply, partial, None, NOON)


def tapped(value: str) -> Tapped:
    return Tapped("t", "k", value)


def why(answer: Any) -> str:
    assert isinstance(answer, Refuse)
    assert isinstance(answer.why, Phrase)
    return answer.why.one


@pytest.mark.parametrize("kind", EVERY_KIND, ids=lambda kind: type(kind).__name__)
def test_nonsense_is_refused_with_a_sentence(kind: Any) -> None:
    wrong: list[Reply] = [Unreadable("sticker"), Filed("f1", "деца.xlsx", 9), Typed(" "), tapped("zz")]
    for reply in wrong:
        assert why(read(kind, reply))


@pytest.mark.parametrize("kind", EVERY_KIND, ids=lambda kind: type(kind).__name__)
def test_whatever_a_kind_accepts_it_accepts_again_from_the_journal(kind: Any) -> None:
    for reply in EVERY_ANSWER:
        answer = read(kind, reply)
        if isinstance(answer, Accept):
            assert kind.accepts(answer.value)
            assert isinstance(Words("bg", NOON.today).say(kind.tell(kind.decode(answer.value))), str)


@pytest.mark.parametrize("kind", EVERY_KIND, ids=lambda kind: type(kind).__name__)
def test_every_kind_takes_one_of_these_answers(kind: Any) -> None:
    assert any(isinstance(read(kind, reply), Accept | Keep) for reply in EVERY_ANSWER)


@pytest.mark.parametrize("kind", [OneOf(FRUIT), AnyOf(FRUIT, 3)], ids=lambda kind: type(kind).__name__)
def test_every_label_shown_equals_the_value_stored(kind: Any) -> None:
    shown = [button for row in kind.show(None, None, NOON).rows for button in row if button.value != "skip"]
    assert [(button.value, button.label) for button in shown] == list(FRUIT.items())
    for button in shown:
        stored = read(kind, tapped(button.value))
        assert stored in (Accept(button.value), Keep([button.value]))


def test_a_label_may_be_typed() -> None:
    assert read(OneOf(FRUIT), Typed("круша ")) == Accept("p")
    assert read(OneOf({"yes": "Да", "no": "Не"}), Typed("банан")).__class__ is Refuse


def test_at_most_three_reasons_and_a_tap_takes_one_back() -> None:
    three = ["a", "p", "c"]
    assert "At most" in why(read(AnyOf(FRUIT, 3), tapped("q"), three))
    assert read(AnyOf(FRUIT, 3), tapped("-p"), three) == Keep(["a", "c"])
    assert read(AnyOf(FRUIT, 3), tapped("done"), three) == Accept(three)


def test_two_taps_on_a_choice_are_one_and_a_button_does_what_it_shows() -> None:
    for held in ([], ["a", "p"]):
        kept = read(AnyOf(FRUIT, 3), tapped("p"), held)
        assert isinstance(kept, Keep)
        assert "p" in kept.partial
        assert read(AnyOf(FRUIT, 3), tapped("p"), kept.partial) == kept
        gone = read(AnyOf(FRUIT, 3), tapped("-p"), kept.partial)
        assert isinstance(gone, Keep)
        assert "p" not in gone.partial
        assert read(AnyOf(FRUIT, 3), tapped("-p"), gone.partial) == gone
    assert isinstance(read(AnyOf(FRUIT, 3), tapped("-nothing"), ["a"]), Refuse)
    # Whoever types has seen no button.
    assert read(AnyOf(FRUIT, 3), Typed("круша"), ["a"]) == Keep(["a", "p"])
    assert read(AnyOf(FRUIT, 3), Typed("круша"), ["a", "p"]) == Keep(["a"])


def test_only_the_usual_choices_are_shown_until_more_is_tapped() -> None:
    folded = AnyOf(FRUIT, 3, first=2)
    assert values(folded, None) == ["a", "p", "+", "skip"]
    assert values(folded, ["q"]) == ["a", "p", "-q", "+", "done"]
    assert read(folded, tapped("+"), ["q"]) == Keep(["q", "+"])
    assert values(folded, ["q", "+"]) == ["a", "p", "c", "-q", "done"]
    assert read(folded, tapped("c"), ["q", "+"]) == Keep(["q", "+", "c"])
    assert read(folded, tapped("done"), ["q", "+", "c"]) == Accept(["q", "c"])


def values(kind: Any, partial: Any) -> list[str]:
    return [button.value for row in kind.show(partial, None, NOON).rows for button in row]


def test_a_note_of_five_thousand_characters_is_refused_with_its_length() -> None:
    answer = read(Sentence(300), Typed("я" * 5000))
    assert isinstance(answer, Refuse)
    assert isinstance(answer.why, Phrase)
    assert answer.why.values == {"length": "5000", "limit": "300"}


def made_up_number() -> str:
    """Right only in its checksum."""
    digits = "801231001"
    total = sum(int(d) * w for d, w in zip(digits, (2, 4, 8, 5, 10, 9, 7, 3, 6), strict=True))
    return digits + str(total % 11 % 10)


def test_a_personal_number_is_never_taken() -> None:
    assert "personal number" in why(read(Sentence(), Typed(f"ЕГН {made_up_number()} е това")))


def test_a_required_text_cannot_be_skipped() -> None:
    assert isinstance(read(Sentence(optional=False), tapped("skip")), Refuse)
    assert Sentence(optional=False).show(None, None, NOON).rows == ()
    assert not Sentence(optional=False).accepts("")


def test_the_eleventh_photo_is_refused_and_ten_are_kept() -> None:
    held: Any = []
    for n in range(10):
        held = read(Photos(10), Pictured(Photo("telegram", f"f{n}", f"u{n}")), held).partial
    assert "no more" in why(read(Photos(10), Pictured(Photo("telegram", "f10", "u10")), held))
    answer = read(Photos(10), tapped("done"), held)
    assert len(Photos(10).decode(answer.value)) == 10
    assert read(Photos(10), tapped("clear"), held) == Keep([])
    assert Photos(10).show(held, None, NOON).rows[0][0].value == "done"


def test_the_same_photo_once_more_counts_once() -> None:
    held = read(Photos(10), Pictured(DOOR)).partial
    assert read(Photos(10), Pictured(DOOR), held) == Keep(held)


@pytest.mark.parametrize("said", ["23.11.2026", "вчера"])
def test_a_next_visit_in_the_past_is_refused(said: str) -> None:
    assert "has passed" in why(read(Day(), Typed(said)))


def test_a_day_too_far_is_refused() -> None:
    assert "too far" in why(read(Day(days_on=60), Typed("24.11.2030")))


def test_a_visit_may_have_been_yesterday_but_not_tomorrow() -> None:
    visited = Day(days_back=30, days_on=0)
    assert read(visited, Typed("вчера")) == Accept("2026-11-23")
    assert isinstance(read(visited, tapped("2026-11-25")), Refuse)
    assert isinstance(read(visited, Typed("24.9.2026")), Refuse)


def test_the_suggested_day_is_the_first_button() -> None:
    shown = Day(suggest=date(2026, 12, 4), none="Без дата").show(None, None, NOON)
    assert shown.rows[0][0].value == "2026-12-04"
    assert shown.rows[-1][0].value == "none"
    assert read(Day(none="Без дата"), tapped("none")) == Accept("")
    assert Day(none="Без дата").tell(None) == "Без дата"
    assert Day().decode("2026-12-04") == date(2026, 12, 4)


@pytest.mark.parametrize(("said", "number"), [("0", 0), (" 3  дни", 3), ("1 day", 1), ("31", 31)])
def test_a_number_of_days_is_read_as_people_write_it(said: str, number: int) -> None:
    assert read(Number((1, 2), 0, 31), Typed(said)) == Accept(number)
    assert read(Number((1, 2), 0, 31), tapped("2")) == Accept(2)


@pytest.mark.parametrize("wrong", ["32", "-1", "2.5", "три", "1 2", "9999"])
def test_no_other_number_of_days_is_taken(wrong: str) -> None:
    assert why(read(Number((1, 2), 0, 31), Typed(wrong))).startswith("Please give a whole number")


def test_a_page_turns_as_far_as_there_are_choices() -> None:
    many = OnPages({str(n): f"Б-{n}" for n in range(20)})
    labels = [[button.value for row in many.show(at, None, NOON).rows for button in row] for at in (None, 8, 16)]
    assert [len(one) for one in labels] == [9, 10, 5]
    assert read(many, tapped("p.+"), 16) == Keep(16)
    assert read(many, tapped("p.-"), 16) == Keep(8)
    assert read(many, tapped("p.-")) == Keep(0)
    assert read(many, tapped("19")) == Accept("19")
    assert why(read(many, tapped("20"))) == "Please tap one of the buttons below."


def test_a_sentence_stands_ready_or_is_written_or_a_way_is_taken() -> None:
    kind = Phrased(FRUIT, {"more": "Друг плод"})
    for reply, said in (
        (tapped("ready.p"), Saying("Круша")),
        (tapped("way.more"), Saying(way="more")),
        (Typed(" Мушмула "), Saying("Мушмула")),
        (Typed("way.more"), Saying("way.more")),
    ):
        answer = read(kind, reply)
        assert isinstance(answer, Accept)
        assert kind.decode(answer.value) == said
    for forged in ("ready.zz", "way.p", "written.Мушмула", "ready", ""):
        assert "write it as text" in why(read(kind, tapped(forged)))
    assert "personal number" in why(read(kind, Typed(made_up_number())))
    shown = [(button.value, button.label) for row in kind.show(None, None, NOON).rows for button in row]
    assert shown == [*((f"ready.{code}", label) for code, label in FRUIT.items()), ("way.more", "Друг плод")]
    for wrong in ("p", ["ready"], ["ready", 1], ["written", ""], ["way", "a"], None):
        assert not kind.accepts(wrong)
