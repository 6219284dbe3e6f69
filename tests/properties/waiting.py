"""Every kind of notice that waits for something of the district: how it is made, and its causes."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta

from handlers.caseload import cases as my_cases
from handlers.caseload import handover, lists
from handlers.caseload.handover import Offering
from handlers.institutions import asked, checks, silence
from handlers.morning import alerts, notices
from handlers.people import absence, questions
from handlers.people.absence import Away
from handlers.people.questions import Asked
from storage import absences, journals, referrals, respites, teams
from tests.properties import causes
from tests.properties.causes import Cause, District

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
Made = Callable[[District], Awaitable[Sequence[Cause]]]


async def _alert(at: District, reader: str, days: int, rung: int, *numbers: int) -> Sequence[Cause]:
    """Due so many working days ago; the rung below has been told."""
    day = at.today
    for _ in range(days):
        day -= DAY
        while not at.app.work.calendar.is_working(day):
            day -= DAY
    for number in numbers:
        await at.owes(number, day, told_rung=rung - 1)
    await at.morning(await alerts.morning(at.tx, at.app.work, at.today, at.now))
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
    await at.morning(await alerts.morning(at.tx, at.app.work, at.today, at.now))
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
    await at.morning(await checks.morning(at.tx, at.app.work, at.today, at.now))
    return [causes.asked("sonya", await at.newest("referral"))]


async def is_open(at: District) -> bool:
    """Nobody is asked about a closed case whether they are sure."""
    return (await at.case(1)).due_on is not None


async def made_offer(at: District) -> int:
    team = (await teams.by_name(at.tx))["б-2"].id
    await at.does("lidia", handover.keep_offer, Offering(await at.case(1), "Бяла", team, sure=await is_open(at)))
    return await at.newest("handover")


async def offer_of_a_case(at: District) -> Sequence[Cause]:
    number = await made_offer(at)
    return [causes.offered("stoyan", number), causes.offered("kolyo", number)]


async def offer_without_an_answer(at: District) -> Sequence[Cause]:
    number = await made_offer(at)
    await at.tx.run("UPDATE outbox SET state = 'sent'")
    await at.tx.run("UPDATE handover SET offered_at = offered_at - 864000000000")
    await at.morning(await handover.late(at.tx, at.app.work, at.today, at.now))
    return [causes.offered("reni", number)]


async def question_of_a_member(at: District) -> Sequence[Cause]:
    await at.does("mila", questions.keep_question, Asked("Как се прави?", None))
    return [causes.question("kolyo", await at.newest("question"))]


async def _draft(at: District) -> str:
    await at.says("mila", "5 никой")
    await at.says("mila", "/menu")
    [kept] = await journals.drafts(at.tx, (await at.person("mila")).id)
    return kept.id


async def draft_that_goes(at: District) -> Sequence[Cause]:
    number = await _draft(at)
    until = at.app.work.calendar.add(at.today, 1)
    await at.morning(await notices.drafts_end(at.tx, at.app.work, at.today, at.now + HOUR, until, at.now))
    return [causes.draft("mila", number)]


async def _subscribed(at: District, *numbers: int) -> None:
    await at.does("lidia", lists.tell, "Q10.0")
    await at.tx.run("DELETE FROM period_claim WHERE job = 'lists'")
    for number in numbers:
        await at.owes(number, at.today - 20 * DAY, told_rung=4)


async def news_of_a_list(at: District) -> Sequence[Cause]:
    await _subscribed(at, 1, 2)
    await at.morning(await lists.morning(at.tx, at.app.work, at.today, at.now))
    return [causes.on_list("lidia", number, "Q10", 14) for number in (1, 2)]


async def several_in_one_morning(at: District) -> Sequence[Cause]:
    """News of a list and an overdue case, joined."""
    await _subscribed(at, 2)
    await at.owes(1, at.today - DAY, told_rung=1)
    told = await alerts.morning(at.tx, at.app.work, at.today, at.now)
    told += await lists.morning(at.tx, at.app.work, at.today, at.now)
    await at.morning(told)
    return [causes.due("lidia", 1, await at.case(1)), causes.on_list("lidia", 2, "Q10", 14)]


async def made_away(at: District, who: str, days_on: int = 0) -> int:
    whose, iva = await at.person(who), await at.person("iva")
    first = at.today + days_on * DAY
    await at.does(who, absence.keep, Away(whose, first, first + 5 * DAY, iva.id))
    return await at.newest("absence")


async def somebody_stands_in(at: District) -> Sequence[Cause]:
    number = await made_away(at, "mila", days_on=1)
    return [causes.absence(who, number, "planned", "now") for who in ("iva", "lidia")]


async def somebody_is_back(at: District) -> Sequence[Cause]:
    number = await made_away(at, "mila")
    await at.tx.run("UPDATE outbox SET state = 'sent'")
    await absences.turn(at.tx, at.today + 9 * DAY)
    await at.morning(absence.over(await absences.returned(at.tx)))
    return [causes.absence(who, number, "returned", "over") for who in ("iva", "mila")]


async def passed_to_the_leader(at: District) -> Sequence[Cause]:
    await at.does("mila", my_cases.lead, 1)
    return [causes.owed("lidia", 1, await at.case(1))]


NOTICES: tuple[Made, ...] = (
    due_today, overdue_to_the_leader, several_to_the_leader, overdue_to_the_coordinator, overdue_to_the_region,
    put_off_until_today, asked_of_an_institution, reminded, check_of_a_child, offer_of_a_case, offer_without_an_answer,
    question_of_a_member, draft_that_goes, news_of_a_list, several_in_one_morning, somebody_stands_in, somebody_is_back,
    passed_to_the_leader,
)  # fmt: skip
