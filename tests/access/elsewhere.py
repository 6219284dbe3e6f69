"""What is out of reach: a second municipality with everything in it that a button, a file or a typed word can name.

What a newcomer gets wrong: its names, streets and texts are the `MARKS`. None of them may stand in anything that
somebody reads whom it does not concern.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from bot.app import App
from casework import moving
from casework.records import (
    DECISION,
    LEADER,
    MEMBER,
    MUNICIPAL,
    Case,
    Cause,
    NextStep,
    Person,
    Team,
    VisitReport,
)
from storage import (
    absences,
    advice,
    announcements,
    cases,
    handovers,
    import_files,
    inquiries,
    journals,
    moves,
    new_cases,
    outages,
    people,
    questions,
    referrals,
    teams,
    visits,
)
from storage.announcements import Audience
from storage.database import Tx
from storage.import_files import ImportFile
from storage.journals import Kept
from storage.new_cases import NewCase
from storage.people import Invitation
from tests.bot.conftest import one_team

PLACE, TEAM, PREFIX = "Тутракан", "Т-1", "ТУ"
CHILD, STREET, VILLAGE = "Тайна Тайнова", "Скрита", "Потайно"
MEMBER_THERE, LEADER_THERE, COORDINATOR_THERE = "Незнаен Членов", "Невидима Водева", "Далечна Коорева"
QUESTION, ANSWER, ANNOUNCED, ASKED = "тайнвъпрос", "тайнотговор", "тайносъобщение", "тайнопитване"
FILE, DRAFT, DRAFT_OF, LISTED_AS = "тайнфайл.xlsx", "AAAAdraft", "BBBBdraft", "чернова на тайното"
MARKS = (
    CHILD, STREET, VILLAGE, MEMBER_THERE, LEADER_THERE, COORDINATOR_THERE, QUESTION, ANSWER, ANNOUNCED, ASKED, FILE,
    LISTED_AS, f"{PREFIX}-0",
)  # fmt: skip
MISSING = "987654"
"""The number of nothing at all."""


@dataclass(frozen=True)
class Elsewhere:
    """By what a button names it: the number of each thing that is there."""

    numbers: dict[str, str]

    def named(self, template: str) -> str:
        """A value that names what is there, as a careful guess would: also versions and days are right."""
        return template.format(**self.numbers)

    def missing(self, template: str) -> str:
        """The same of what does not exist."""
        return template.format(**{name: MISSING if one.isdecimal() else DRAFT_OF for name, one in self.numbers.items()})


async def fill(app: App) -> Elsewhere:
    """Team Б-1 with its sixteen cases, and what is out of its reach."""
    await one_team(app)
    now, today = app.now(), app.now().astimezone(app.work.zone).date()
    async with app.database.transaction() as tx:
        for name in (TEAM, "Т-2"):
            await teams.put(tx, name, PLACE, VILLAGE)
        by_name = await teams.by_name(tx)
        own, other = by_name["т-1"], by_name["т-2"]
        member = await somebody(tx, Invitation(MEMBER, own.id, "", MEMBER_THERE), now)
        leader = await somebody(tx, Invitation(LEADER, own.id, "", LEADER_THERE), now)
        above = await somebody(tx, Invitation(MUNICIPAL, None, PLACE, COORDINATOR_THERE), now)
        await _within(tx, by_name["б-1"], today, now)
        listed = await _cases(tx, app, above, own, today)
        numbers = await _of_case(tx, listed[0], member, above, today, now)
        numbers |= await _moved(tx, listed[1:], leader, above, own, other, now)
        numbers |= await _said(tx, member, leader, above, today, now)
        numbers |= {"person": member.id, "team": own.id}
    return Elsewhere({name: str(one) for name, one in numbers.items()} | {"draft": DRAFT})


async def somebody(tx: Tx, invited: Invitation, now: datetime, account: str = "") -> Person:
    """Who has accepted the note; without an account, in a chat that no test opens."""
    known = (await tx.one("SELECT count(*) AS n FROM person"))["n"]
    code, account = f"code-{invited.name}", account or str(9000 + known)
    await people.invite(tx, code, invited, now + timedelta(days=7))
    joined = await people.join(tx, code, "telegram", account, account, "", now)
    assert joined is not None
    await people.set_language(tx, joined.id, "bg")
    await people.accept(tx, joined.id, now)
    me = await people.get(tx, joined.id)
    assert me is not None
    return me


async def _within(tx: Tx, team: Team, today: date, now: datetime) -> None:
    """A visit of that day that may be printed and counted by whoever sees team Б-1."""
    here = await somebody(tx, Invitation(MEMBER, team.id, "", "Своя Членова"), now)
    await visits.save(tx, here, VisitReport(1, today, "morning", 1, (here.id,), "A1", "", "O20"), now)


async def _cases(tx: Tx, app: App, above: Person, own: Team, today: date) -> Sequence[Case]:
    seal = app.work.sealer.seal_name
    new = [
        NewCase(PREFIX, "G1", PLACE, VILLAGE, f"ул. {STREET} {n}", 2014, own.id, "", seal(CHILD, f"Т{n}"), f"Т{n}")
        for n in range(1, 5)
    ]
    await new_cases.put(tx, new, NextStep("S11", "visit", today), app.now())
    await tx.run("UPDATE child_case SET told_rung = 1")
    return (await cases.due_first(tx, above, today, offset=0, limit=9))[0]


async def _of_case(
    tx: Tx, case: Case, member: Person, above: Person, today: date, now: datetime
) -> dict[str, int]:  # fmt: skip
    """A visit, a referral, a check and a question about a case."""
    report = VisitReport(case.id, today, "morning", 1, (member.id,), "A1", "", "O20")
    visit = await visits.save(tx, member, report, now)
    by = today + timedelta(days=5)
    asked = [
        await referrals.ask(tx, case.id, "I20", by, now, asked_by=member.id, visit_id=visit.id, measure="M10"),
        await referrals.ask(tx, case.id, "I10", by, now, asked_by=None, check_day=30),
    ]
    inquiry = await inquiries.ask(tx, above, case, member.id, ASKED, now)
    return {"case": case.id, "visit": visit.id, "referral": asked[0], "check": asked[1], "inquiry": inquiry}


async def _moved(
    tx: Tx, others: Sequence[Case], leader: Person, above: Person, own: Team, other: Team, now: datetime
) -> dict[str, int]:
    """A case that is offered to the neighbours, and one that was given to them with a whole caseload."""
    offer = await handovers.offer(
        tx, leader, others[0], moving.card(others[0], None), now, to_team=other.id, to_municipality=PLACE
    )
    assert offer is not None
    step = NextStep(others[1].status, others[1].next_step, others[1].due_on)
    await cases.give(
        tx, others[1], step, Cause(DECISION, own.id, above.id), now,
        team_id=other.id, municipality=PLACE, detail=moves.SPLIT,
    )  # fmt: skip
    return {"handover": offer, "split": await moves.last_split(tx, above.id)}


async def _said(
    tx: Tx, member: Person, leader: Person, above: Person, today: date, now: datetime
) -> dict[str, int]:  # fmt: skip
    """What people there have written, sent and left open."""
    question = await questions.get(tx, above, await questions.ask(tx, member, QUESTION, None, now))
    assert question is not None
    first = await questions.answer(tx, above, question, ANSWER, now)
    held = await questions.answer(tx, above, question, ANSWER, now)
    waiting = await questions.ask(tx, member, QUESTION, None, now)
    readers = await announcements.readers(tx, above, Audience())
    announced = await announcements.send(tx, above, ANNOUNCED, readers, now)
    away = await absences.make(
        tx, member, leader.id, today + timedelta(days=3), today + timedelta(days=5), None, today=today, now=now
    )
    await journals.save(tx, Kept(DRAFT, member.id, "visit", '{"name":"visit","id":"AAAAdraft"}', LISTED_AS), now)
    await journals.put_aside(tx, member.id)
    await advice.publish(tx, above, first.id, "в помощта", "на всички", now)
    return {
        "question": waiting, "answer": first.id, "held": held.id, "announcement": announced, "absence": away.id,
        "file": await _file(tx, leader, now), "aside": await _aside(tx, now), "outage": await _outage(tx, now),
        "advice": (await advice.published(tx))[0].id,
    }  # fmt: skip


async def _file(tx: Tx, leader: Person, now: datetime) -> int:
    """One that was read and waits for its tap."""
    await import_files.add(tx, ImportFile(0, leader.id, "telegram", "900", "5", "file-id", FILE), now)
    [file] = await import_files.to_fetch(tx, now, 9)
    assert await import_files.show(tx, file, "digest", now)
    return file.id


async def _aside(tx: Tx, now: datetime) -> int:
    row = await tx.one(
        "INSERT INTO inbox (channel, arrival, sender, payload, received_at, state, tries) "
        "VALUES ('telegram', 'old', '9000', '{}', 0, 'aside', 3) RETURNING id"
    )
    return int(row["id"])


async def _outage(tx: Tx, now: datetime) -> int:
    over = await outages.ended(tx, "viber", now - timedelta(hours=3), now - timedelta(hours=2))
    return await outages.told(tx, [over], now)
