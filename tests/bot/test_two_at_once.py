"""Two coordinators act on the same case, over the wire: the second reads what the first did, and nothing is lost."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

import pytest

from casework.records import LEADER, MUNICIPAL
from sandbox import Person
from tests.bot.conftest import World
from tests.bot.test_asking import does
from tests.bot.test_moving_work import stoyan_of, told
from tests.bot.viber import rows
from tests.long import but_for

CARD = "desk_case.1.0.o.."
NOT_DONE = "Затова Вашето не е направено. Сега е така:"


@dataclass(frozen=True)
class Deed:
    """The taps from the card to its last one; what is said to who did it, and to who came second."""

    taps: Sequence[str]
    done: str
    first_did: str
    moves: bool = True
    """It moves the case; a question does not."""


DEEDS = {
    "give": Deed(
        ("Дай на друг екип", "Б-2 · 0 отворени случая", "Дай го на Б-2"),
        "БЯ-001 вече е при екип Б-2.",
        "даде БЯ-001 на екип Б-2",
    ),
    "put off": Deed(
        ("Отложи", "+3", "Болест"), "БЯ-001 е отложен: болест.", "отложи БЯ-001 за "
    ),
    "pass up": Deed(
        ("Предай нагоре", "Ръководител · Лидия", "Пропусни"),
        "Съобщено за БЯ-001: Лидия.",
        "предаде БЯ-001 на ръководителя",
    ),
    "close": Deed(
        ("Реши", "Дублира друг случай", "Реши така"),
        "БЯ-001: Дублира друг случай.",
        "реши за БЯ-001: дублира друг случай",
    ),
    "decide": Deed(
        ("Реши", "Друга стъпка и ден", "посещение", "+3", "Реши така"),
        "БЯ-001: Друга стъпка и ден.",
        "реши за БЯ-001: друга стъпка и ден",
    ),
    "ask": Deed(
        ("Попитай", "Какво пречи?"), "Въпросът за БЯ-001 е при Лидия.", "попита Лидия ", moves=False
    ),
}  # fmt: skip


@dataclass
class Two:
    world: World
    kolyo: Person
    maria: Person
    lidia: Person

    async def at_the_last_tap(self, who: Person, deed: Deed) -> str:
        """Opens the card and goes as far as the tap that does it; its label."""
        await who.taps_data(f"go.{CARD}")
        await self.world.settled()
        for label in deed.taps[:-1]:
            await self.taps(who, label)
        return deed.taps[-1]

    async def taps(self, who: Person, label: str) -> None:
        """The newest button that is called so; `+3` is the third day offered."""
        if label == "+3":
            label = who.last.buttons[0][2].label
        await who.taps(label)
        await self.world.settled()

    async def version(self) -> int:
        [case] = await rows(self.world, "SELECT version FROM child_case WHERE id = 1")
        return int(case["version"])


@pytest.fixture
async def two(world: World) -> Two:
    world.to_a_working_day(10)
    await stoyan_of(world)
    lidia = await world.person("Лидия", LEADER)
    kolyo = await world.person("Кольо", MUNICIPAL, "Бяла")
    maria = await world.person("Мария Петрова", MUNICIPAL, "Бяла")
    for who in (kolyo, maria):
        await does(who, "Моите случаи")
    await world.settled()
    return Two(world, kolyo, maria, lidia)


PAIRS = [(first, second) for first, deed in DEEDS.items() if deed.moves for second in DEEDS]


@pytest.mark.parametrize("pair", but_for(PAIRS, lambda pair: pair[0] in ("give", pair[1])), ids="-".join)
async def test_the_second_reads_what_the_first_did_and_overwrites_nothing(two: Two, pair: tuple[str, str]) -> None:
    first, second = pair
    last = await two.at_the_last_tap(two.maria, DEEDS[second])
    await two.taps(two.kolyo, await two.at_the_last_tap(two.kolyo, DEEDS[first]))
    await two.taps(two.maria, last)
    assert told(two.kolyo, DEEDS[first].done) == 1
    assert f"Кольо {DEEDS[first].first_did}" in two.maria.last.text
    assert NOT_DONE in two.maria.last.text
    assert two.maria.last.labels[-3:] == ["Случаят", "← Към списъка", "Меню"]
    assert await two.version() == 2


@pytest.mark.parametrize("deed", DEEDS)
async def test_an_old_card_shows_what_was_done_and_how_it_stands(two: Two, deed: str) -> None:
    await two.maria.taps_data(f"go.{CARD}")
    await two.world.settled()
    label = DEEDS[deed].taps[0]
    await two.taps(two.kolyo, await two.at_the_last_tap(two.kolyo, DEEDS["put off"]))
    await two.taps(two.maria, label)
    assert two.maria.last.text.startswith(f"Кольо {DEEDS['put off'].first_did}")
    assert f"{NOT_DONE}\n\nБЯ-001 · " in two.maria.last.text
    assert label in two.maria.last.labels
    await two.taps(two.maria, label)
    assert NOT_DONE not in two.maria.last.text


@pytest.mark.parametrize("deed", DEEDS)
async def test_of_two_last_taps_in_one_moment_one_is_done(two: Two, deed: str) -> None:
    last = await two.at_the_last_tap(two.maria, DEEDS[deed])
    again = await two.at_the_last_tap(two.kolyo, DEEDS[deed])
    await asyncio.gather(two.maria.taps(last), two.kolyo.taps(again))
    await two.world.settled()
    done = [told(who, DEEDS[deed].done) for who in (two.maria, two.kolyo)]
    assert sorted(done) == [0, 1]
    winner, loser = (two.maria, two.kolyo) if done[0] else (two.kolyo, two.maria)
    assert f"{winner.name} {DEEDS[deed].first_did}" in loser.last.text
    assert await two.version() == (2 if DEEDS[deed].moves else 1)


async def test_a_visit_that_came_meanwhile_is_told_too(two: Two) -> None:
    last = await two.at_the_last_tap(two.maria, DEEDS["give"])
    await two.lidia.says("1 никой")
    await two.world.settled()
    await two.taps(two.lidia, "Запази")
    await two.taps(two.maria, last)
    assert "Лидия докладва посещение по БЯ-001" in two.maria.last.text
    assert await two.version() == 2


async def test_two_questions_one_after_the_other_are_two(two: Two) -> None:
    await two.taps(two.kolyo, await two.at_the_last_tap(two.kolyo, DEEDS["ask"]))
    last = await two.at_the_last_tap(two.maria, DEEDS["ask"])
    assert "Кольо попита Лидия " in two.maria.last.text
    await two.taps(two.maria, last)
    assert (told(two.lidia, "Кольо пита за БЯ-001"), told(two.lidia, "Мария Петрова пита за БЯ-001")) == (1, 1)
