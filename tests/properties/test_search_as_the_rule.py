"""What the database finds is what the rule of spelling says, for everybody among what they may see, in its order."""

from __future__ import annotations

import random
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from casework import spelling
from casework.records import LEADER, MUNICIPAL, REGIONAL, NextStep, Person, VisitReport
from storage import cases, new_cases, people, teams, visits
from storage.database import Tx, open_database
from storage.new_cases import NewCase
from storage.people import Invitation
from tests.engines import url_of

NOW = datetime(2026, 11, 24, 7, 0, tzinfo=UTC)
TODAY = date(2026, 11, 24)
TEAMS = {"Б-1": "Бяла", "Б-2": "Бяла", "Р-1": "Русе"}
SETTLEMENTS = ("Бяла", "Бела", "Дряновец", "Две могили", "Полско Косово", "Търговище", "")
STREETS = ("ул. Дунав", "бул. Придунавски", "ул. Хан Кубрат", "Хан Крум", "ул. Васил Левски", "Xан Аспарух")
NOTES = ("", "", "Леля им е във Виена.", "Видяха ги във Видин", "Чакат документи, обадете се", "куче в двора")
SLIPS = "абвдийкя"
LATIN = str.maketrans("абвгдезийклмнопрстуфхъя", "abvgdeziyklmnoprstufhyq")
CASES, SEARCHES = 60, 150


def mistaken(draw: random.Random, word: str) -> str:
    at = draw.randrange(len(word))
    return draw.choice(
        [
            word[:at] + word[at + 1 :],
            word[:at] + draw.choice(SLIPS) + word[at:],
            word[:at] + draw.choice(SLIPS) + word[at + 1 :],
            word[:at] + word[at : at + 2][::-1] + word[at + 2 :],
            word[: max(2, at)],
            word.translate(LATIN),
            word.upper(),
        ]
    )


def typed(draw: random.Random) -> str:
    """A few words of what there is, most of them not as it is written."""
    words = " ".join(draw.choice(part) for part in (SETTLEMENTS, STREETS, NOTES)).casefold().split()
    chosen = draw.sample(words, k=min(len(words), draw.randint(1, 2)))
    return " ".join(mistaken(draw, word) for word in chosen)


def rank(text: str, standing: set[str]) -> int | None:
    """0 when all its words stand there as they are typed, 1 when some do with mistakes, None when one does not."""
    ranks = []
    for ways in spelling.words(text):
        fits = any(spelling.fits(way, word) for way in ways for word in standing)
        if not fits and not any(spelling.nearly(way, word) for way in ways for word in standing):
            return None
        ranks.append(0 if fits else 1)
    return max(ranks, default=None)


async def fill(tx: Tx, draw: random.Random) -> tuple[list[Person], dict[int, str]]:
    """Everybody, and all that is written of each case."""
    for name, municipality in TEAMS.items():
        await teams.put(tx, name, municipality, "")
    known = {team.name: team.id for team in (await teams.by_name(tx)).values()}
    invited = [Invitation(LEADER, number, "", name) for name, number in known.items()]
    invited += [Invitation(MUNICIPAL, None, "Бяла", "Бяла"), Invitation(REGIONAL, None, "", "РУО")]
    everybody = []
    for number, one in enumerate(invited):
        await people.invite(tx, f"c{number}", one, NOW + timedelta(days=1))
        joined = await people.join(tx, f"c{number}", "telegram", str(number), str(number), one.name, NOW)
        assert joined is not None
        everybody.append(joined)
    written = {}
    for number in range(1, CASES + 1):
        team = draw.choice(list(TEAMS))
        address = f"{draw.choice(STREETS)} {draw.randint(1, 20)}"
        new = NewCase(
            "БЯ", "G1", TEAMS[team], draw.choice(SETTLEMENTS), address, 2015, known[team], draw.choice(NOTES), None,
            str(number),
        )  # fmt: skip
        await new_cases.put(tx, [new], NextStep("S11", "visit", TODAY), NOW)
        report = VisitReport(number, TODAY, "morning", 1, (1,), "A1", "", outcome="O20", note=draw.choice(NOTES))
        await visits.save(tx, everybody[0], report, NOW)
        written[number] = " ".join((new.settlement, new.address, new.note, report.note))
    return everybody, written


@pytest.mark.parametrize("seed", range(4))
async def test_everybody_finds_what_the_rule_says_and_nothing_else(seed: int, tmp_path: Path) -> None:
    draw = random.Random(seed)
    database = await open_database(url_of(tmp_path))
    async with database.transaction() as tx:
        everybody, written = await fill(tx, draw)
        standing = {number: spelling.kept(text) for number, text in written.items()}
        found_at_all = 0
        for _ in range(SEARCHES):
            text, me = typed(draw), draw.choice(everybody)
            seen = (await cases.due_first(tx, me, TODAY, offset=0, limit=CASES))[0]
            ranked = [(found, case.settlement, case.number, case.id) for case in seen
                      if (found := rank(text, standing[case.id])) is not None]  # fmt: skip
            listed, total = await cases.search(tx, me, text, offset=0, limit=CASES)
            assert [case.id for case in listed] == [case_id for *_order, case_id in sorted(ranked)], (text, me.name)
            assert total == len(listed)
            found_at_all += bool(listed)
        assert SEARCHES // 3 < found_at_all < SEARCHES
    await database.close()
