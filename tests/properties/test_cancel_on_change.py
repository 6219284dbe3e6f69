"""For every notice and all that can happen while it waits: nothing leaves whose cause is gone, and the rest does.

What a newcomer gets wrong: nothing here waits for a clock. A notice is made once, and each event happens to it in a
savepoint that is undone. What leaves is asked of the outbox itself: after what the transaction of the event withdrew
(`follow`), and after the last look that the deliverer takes before a call (`look`).
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from datetime import timedelta

import pytest

from bot.app import App
from bot.withdraw import Withdrawal
from handlers.caseload import cases as my_cases
from handlers.caseload import decide, give, handover, late, lists, split
from handlers.caseload.decide import Decided
from handlers.caseload.give import To
from handlers.caseload.handover import Offering, Returned
from handlers.caseload.split import Split
from handlers.engine.replies import Tapped
from handlers.institutions import answering, asked, checks, silence
from handlers.institutions.answering import Answered
from handlers.morning import alerts, notices, respite
from handlers.people import absence, questions, staff
from handlers.people.absence import Away
from handlers.people.questions import Asked
from handlers.people.staff import Change
from storage import absences, journals, people, referrals, respites, teams
from storage.people import Invitation
from tests.properties import causes
from tests.properties.causes import Cause, District

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
Made = Callable[[District], Awaitable[Sequence[Cause]]]
Happens = Callable[[District], Awaitable[None]]


# -- the notices ---------------------------------------------------------------------------------------


async def _alert(at: District, reader: str, days: int, rung: int, *numbers: int) -> Sequence[Cause]:
    """Due so many working days ago; the rung below has been told."""
    day = at.today
    for _ in range(days):
        day -= DAY
        while not at.app.work.calendar.is_working(day):
            day -= DAY
    for number in numbers:
        await at.owes(number, day, told_rung=rung - 1)
    await at.morning(await alerts.morning(at.tx, at.app.work, await at.on_duty(), at.today, at.now))
    return [causes.due(reader, number, await at.case(number)) for number in numbers]


async def due_today(at: District) -> Sequence[Cause]:
    await at.says("mila", "1 никой")
    await at.taps("mila", "Запази")
    await at.owes(1, at.today)
    return await _alert(at, "mila", 0, 1, 1)


async def overdue_to_the_leader(at: District) -> Sequence[Cause]:
    return await _alert(at, "lidia", 1, 2, 1)


async def several_to_the_leader(at: District) -> Sequence[Cause]:
    return await _alert(at, "lidia", 2, 2, 1, 2, 3)


async def overdue_to_the_coordinator(at: District) -> Sequence[Cause]:
    return await _alert(at, "kolyo", 3, 3, 1, 2)


async def overdue_to_the_region(at: District) -> Sequence[Cause]:
    return await _alert(at, "reni", 7, 4, 1)


async def put_off_until_today(at: District) -> Sequence[Cause]:
    await at.owes(1, at.today - DAY, told_rung=2)
    lidia, case = await at.person("lidia"), await at.case(1)
    await respites.keep(at.tx, lidia, case, respites.LATER, at.today, at.now - DAY, "L50")
    await at.morning(await alerts.morning(at.tx, at.app.work, await at.on_duty(), at.today, at.now))
    return [causes.due("lidia", 1, case)]


async def _referral(at: District) -> int:
    mila = await at.person("mila")
    return await referrals.ask(at.tx, 1, "I50", at.today, at.now, asked_by=mila.id, measure="M50")


async def asked_of_an_institution(at: District) -> Sequence[Cause]:
    number = await _referral(at)
    one = await referrals.for_rules(at.tx, number)
    readers = await asked.audience(at.tx, at.app.work.catalogue, one)
    await at.tell([await asked.notice(at.tx, at.app.work, one, reader) for reader in readers])
    return [causes.asked("petar", number), causes.asked("boyan", number)]


async def reminded(at: District) -> Sequence[Cause]:
    number = await _referral(at)
    await at.morning(await silence.passed(at.tx, at.app.work, at.today, at.now))
    return [causes.asked("petar", number), causes.asked("boyan", number)]


async def check_of_a_child(at: District) -> Sequence[Cause]:
    rules = at.app.work.catalogue.retention
    await at.owes(1, at.today, step=rules.step)
    await at.tx.run(
        "UPDATE child_case SET status = :status, enrolled_on = :day WHERE id = 1",
        status=rules.status, day=(at.today - 7 * DAY).isoformat(),
    )  # fmt: skip
    await at.morning(await checks.morning(at.tx, at.app.work, await at.on_duty(), at.today, at.now))
    return [causes.asked("sonya", 1)]


async def _offer(at: District) -> None:
    team = (await teams.by_name(at.tx))["б-2"].id
    await at.does("lidia", handover.keep_offer, Offering(await at.case(1), "Бяла", team, sure=True))


async def offer_of_a_case(at: District) -> Sequence[Cause]:
    await _offer(at)
    return [causes.offered("stoyan", 1), causes.offered("kolyo", 1)]


async def offer_without_an_answer(at: District) -> Sequence[Cause]:
    await _offer(at)
    await at.tx.run("UPDATE outbox SET state = 'sent'")
    await at.tx.run("UPDATE handover SET offered_at = offered_at - 864000000000")
    await at.morning(await handover.late(at.tx, at.app.work, at.today, at.now))
    return [causes.offered("reni", 1)]


async def question_of_a_member(at: District) -> Sequence[Cause]:
    await at.does("mila", questions.keep_question, Asked("Как се прави?", None))
    return [causes.question("kolyo", 1)]


async def _draft(at: District) -> str:
    await at.says("mila", "5 никой")
    await at.says("mila", "/menu")
    [kept] = await journals.drafts(at.tx, (await at.person("mila")).id)
    return kept.id


async def draft_that_goes(at: District) -> Sequence[Cause]:
    number = await _draft(at)
    until = at.app.work.calendar.add(at.today, 1)
    await at.morning(await notices.drafts_end(at.tx, at.today, at.now + HOUR, until, at.now))
    return [causes.draft("mila", number)]


async def _subscribed(at: District, *numbers: int) -> None:
    await at.does("lidia", lists.tell, "Q10.0")
    await at.tx.run("DELETE FROM period_claim WHERE job = 'lists'")
    for number in numbers:
        await at.owes(number, at.today - 20 * DAY, told_rung=4)


async def news_of_a_list(at: District) -> Sequence[Cause]:
    await _subscribed(at, 1, 2)
    await at.morning(await lists.morning(at.tx, at.app.work, await at.on_duty(), at.today, at.now))
    return [causes.on_list("lidia", number, "Q10", 14) for number in (1, 2)]


async def several_in_one_morning(at: District) -> Sequence[Cause]:
    """News of a list and an overdue case, joined."""
    await _subscribed(at, 2)
    await at.owes(1, at.today - DAY, told_rung=1)
    told = await alerts.morning(at.tx, at.app.work, await at.on_duty(), at.today, at.now)
    told += await lists.morning(at.tx, at.app.work, await at.on_duty(), at.today, at.now)
    await at.morning(told)
    return [causes.due("lidia", 1, await at.case(1)), causes.on_list("lidia", 2, "Q10", 14)]


async def _away(at: District, who: str, days_on: int = 0) -> None:
    whose, iva = await at.person(who), await at.person("iva")
    first = at.today + days_on * DAY
    await at.does(who, absence.keep, Away(whose, first, first + 5 * DAY, iva.id))


async def somebody_stands_in(at: District) -> Sequence[Cause]:
    await _away(at, "mila", days_on=1)
    return [causes.absence("iva", 1, "planned", "now"), causes.absence("lidia", 1, "planned", "now")]


async def somebody_is_back(at: District) -> Sequence[Cause]:
    await _away(at, "mila")
    await at.tx.run("UPDATE outbox SET state = 'sent'")
    await absences.turn(at.tx, at.today + 9 * DAY, at.now)
    await at.morning(absence.over(await absences.returned(at.tx)))
    return [causes.absence(who, 1, "returned", "over") for who in ("iva", "mila")]


async def passed_to_the_leader(at: District) -> Sequence[Cause]:
    await at.does("mila", my_cases.lead, 1)
    return [causes.owed("lidia", 1, await at.case(1))]


NOTICES: tuple[Made, ...] = (
    due_today, overdue_to_the_leader, several_to_the_leader, overdue_to_the_coordinator, overdue_to_the_region,
    put_off_until_today, asked_of_an_institution, reminded, check_of_a_child, offer_of_a_case, offer_without_an_answer,
    question_of_a_member, draft_that_goes, news_of_a_list, several_in_one_morning, somebody_stands_in, somebody_is_back,
    passed_to_the_leader,
)  # fmt: skip

# -- the events ----------------------------------------------------------------------------------------


async def nothing(_at: District) -> None:
    """Then all of it leaves."""


def visited(number: int) -> Happens:
    async def happens(at: District) -> None:
        await at.says("mila", f"{number} никой")
        await at.taps("mila", "Запази")

    return happens


def decided(code: str) -> Happens:
    async def happens(at: District) -> None:
        day = None if at.app.work.catalogue.decisions[code].status else at.today + 3 * DAY
        await at.does("kolyo", decide.keep, Decided(await at.case(1), code, "leader" if day else "", day))

    return happens


async def closed_and_opened(at: District) -> None:
    await decided("D10")(at)
    await decided("D20")(at)


def given_to(team: str) -> Happens:
    async def happens(at: District) -> None:
        await at.does("kolyo", give.keep, To(await at.case(1), (await teams.by_name(at.tx)).get(team), sure=True))

    return happens


async def was_split(at: District) -> None:
    known = await teams.by_name(at.tx)
    await at.does("kolyo", split.keep, Split(known["б-1"], known["б-2"], (1, 3)))


async def accepted(at: District) -> None:
    await at.does("stoyan", handover.accept, 1)


async def sent_back(at: District) -> None:
    await at.does("stoyan", handover.keep_returned, Returned(1, "далече"))


async def withdrawn(at: District) -> None:
    await at.does("kolyo", handover.withdraw, 1)


async def out_of_the_region(at: District) -> None:
    await at.does("kolyo", handover.keep_offer, Offering(await at.case(1), outside=True, sure=True))


def goes_away(who: str, days_on: int = 0) -> Happens:
    async def happens(at: District) -> None:
        await _away(at, who, days_on)

    return happens


async def is_back(at: District) -> None:
    await at.does("mila", absence.end, 0)


def changed(who: str, what: str, old: str = "", new: str = "") -> Happens:
    async def happens(at: District) -> None:
        known = await teams.by_name(at.tx)
        whose = await at.person(who)
        await at.does("kolyo", staff.keep, Change(what, whose, known.get(old), known.get(new), sure=True))

    return happens


async def postponed(at: District) -> None:
    case = await at.case(1)
    await at.does("mila", late.put_off, Tapped("go", "postpone", f"1.{case.version}.L50"))


def knows(who: str) -> Happens:
    async def happens(at: District) -> None:
        await at.does(who, respite.tapped, Tapped("go", "know", at.today.isoformat()))

    return happens


def puts_off(who: str) -> Happens:
    async def happens(at: District) -> None:
        case, day = await at.case(1), at.today + 2 * DAY
        await at.does(who, respite.tapped, Tapped("go", "later_on", f"1.{case.due_on}.{day}.L50"))

    return happens


def mutes(who: str, *, and_back: bool = False) -> Happens:
    async def happens(at: District) -> None:
        value = f"1.{(await at.case(1)).due_on}.{at.today + 7 * DAY}"
        await at.does(who, respite.tapped, Tapped("go", "mute", value))
        if and_back:
            await at.does(who, respite.tapped, Tapped("go", "unmute", value))

    return happens


def takes(who: str) -> Happens:
    async def happens(at: District) -> None:
        await at.does(who, questions.take, 1)

    return happens


async def answered(at: District) -> None:
    await at.does("reni", questions.keep_answer, questions.Answered(1, "Така."))


async def goes_on(at: District) -> None:
    mila = await at.person("mila")
    for kept in await journals.drafts(at.tx, mila.id):
        await at.presses("mila", "go_on", kept.id)


async def throws_away(at: District) -> None:
    await goes_on(at)
    await at.says("mila", "/cancel")


async def hushes(at: District) -> None:
    await at.does("lidia", lists.hush, "Q10.0")


def presses(who: str, key: str, value: str = "1") -> Happens:
    async def happens(at: District) -> None:
        await at.presses(who, key, value)

    return happens


async def replies(at: District) -> None:
    await at.does("petar", answering.keep_reply, Answered(1, "A10"))


async def invites(at: District) -> None:
    await people.invite(at.tx, "fresh", Invitation("member", 1, "", "Нова"), at.now + 7 * DAY)


async def the_day_changes(at: District) -> None:
    at.now += DAY
    await absences.turn(at.tx, at.today, at.now)


EVENTS: dict[str, Happens] = {
    "nothing": nothing, "visit": visited(1), "visit of another": visited(2), "closed": decided("D10"),
    "another step": decided("D30"), "closed and opened": closed_and_opened, "given": given_to("б-2"),
    "taken from the team": given_to(""), "split": was_split, "offered": _offer, "accepted": accepted,
    "sent back": sent_back, "withdrawn": withdrawn, "out of the region": out_of_the_region,
    "member away": goes_away("mila"), "leader away": goes_away("lidia"), "coordinator away": goes_away("kolyo"),
    "member away tomorrow": goes_away("mila", 1), "back": is_back,
    "member leaves": changed("mila", staff.RELEASE), "leader leaves": changed("lidia", staff.RELEASE),
    "member moved": changed("mila", staff.MOVE, "б-1", "б-2"),
    "leader moved": changed("lidia", staff.MOVE, "б-1", "б-2"),
    "postponed": postponed, "member knows": knows("mila"), "leader knows": knows("lidia"),
    "coordinator knows": knows("kolyo"), "leader puts off": puts_off("lidia"),
    "coordinator puts off": puts_off("kolyo"),
    "leader mutes": mutes("lidia"), "coordinator mutes": mutes("kolyo"),
    "muted and back": mutes("lidia", and_back=True),
    "question taken": takes("kolyo"), "question taken above": takes("reni"), "question answered": answered,
    "draft continued": goes_on, "draft thrown away": throws_away, "list hushed": hushes,
    "referral accepted": presses("petar", "accept"), "referral sent back": presses("petar", "not_ours"),
    "referral answered": replies, "check answered": presses("sonya", "check", "1.C10.x"),
    "check is not ours": presses("sonya", "check_not", "1.x"), "invitation": invites,
    "the day changes": the_day_changes,
}  # fmt: skip
UNNOTICED = {"the day changes"}
"""Nobody writes these down, so only the last look finds them."""


# -- what leaves ---------------------------------------------------------------------------------------


class Undone(Exception):
    """What happened in a savepoint is to be forgotten."""


async def waiting(at: District, newest: int) -> dict[str, str]:
    """What waits, of the notice, by reader: their whole text."""
    rows = await at.tx.rows("SELECT chat, payload FROM outbox WHERE state = 'waiting' AND id <= :newest", newest=newest)
    names = {account: name for name, account in causes.ACCOUNTS.items()}
    return {names[row["chat"]]: json.loads(row["payload"])["text"] for row in rows}


async def wanted(at: District, told: Sequence[Cause]) -> dict[str, list[tuple[str, bool]]]:
    """By reader, each mark and whether it still holds."""
    found: dict[str, list[tuple[str, bool]]] = {}
    for one in told:
        found.setdefault(one.reader, []).append((one.mark, await one.holds(at)))
    return found


def same(leaves: dict[str, str], holds: dict[str, list[tuple[str, bool]]]) -> None:
    assert set(leaves) == {reader for reader, own in holds.items() if any(one for _mark, one in own)}
    for reader, text in leaves.items():
        for mark, still in holds[reader]:
            assert (mark in text) == still, (reader, mark, text)


async def made(at: District, notice: Made) -> tuple[Sequence[Cause], int]:
    """The causes of the notice and the newest row of the outbox; replies to whoever acted are put away."""
    told = await notice(at)
    await at.tx.run("UPDATE outbox SET state = 'sent' WHERE notice_id IS NULL")
    same(await waiting(at, 10**9), {one.reader: [(one.mark, True)] for one in told})
    newest = await at.tx.one("SELECT max(id) AS id FROM outbox")
    at.tx.touched.clear()
    return told, newest["id"]


async def looked(at: District, withdrawal: Withdrawal) -> None:
    """As the deliverer does before a call."""
    rows = await at.tx.rows("SELECT id FROM notice")
    await withdrawal.look(at.tx, [row["id"] for row in rows], at.now)


@pytest.fixture(scope="module")
def runner() -> AsyncIterator[asyncio.Runner]:
    with asyncio.Runner() as running:
        yield running


@pytest.fixture(scope="module")
def app(runner: asyncio.Runner, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[App]:
    opening = causes.opened(tmp_path_factory.mktemp("causes"))
    yield runner.run(opening.__aenter__())
    runner.run(opening.__aexit__(None, None, None))


async def each_event(app: App, notice: Made) -> None:
    async with app.database.transaction() as tx:
        at = District(app, tx)
        told, newest = await made(at, notice)
        for name, happens in EVENTS.items():
            try:
                async with tx.savepoint():
                    await happens(at)
                    await app.deliverer.withdrawal.follow(tx, at.now)
                    holds = await wanted(at, told)
                    if name not in UNNOTICED:
                        same(await waiting(at, newest), holds)
                    await looked(at, app.deliverer.withdrawal)
                    same(await waiting(at, newest), holds)
                    raise Undone
            except Undone:
                at.now = causes.BEGIN
                tx.touched.clear()
            except AssertionError as wrong:
                raise AssertionError(f"{notice.__name__}, {name}: {wrong}") from wrong
        raise Undone


@pytest.mark.parametrize("notice", NOTICES, ids=lambda one: one.__name__)
def test_whatever_happens_nothing_leaves_whose_cause_is_gone(runner: asyncio.Runner, app: App, notice: Made) -> None:
    with pytest.raises(Undone):
        runner.run(each_event(app, notice))
