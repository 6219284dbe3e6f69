"""Everything that can happen while a notice waits, each through its real handler."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from handlers.caseload import decide, give, handover, late, lists, split
from handlers.caseload.decide import Decided
from handlers.caseload.give import To
from handlers.caseload.handover import Offering, Returned
from handlers.caseload.split import Split
from handlers.engine.replies import Tapped
from handlers.institutions import answering
from handlers.institutions.answering import Answered
from handlers.morning import respite
from handlers.people import absence, questions, staff
from handlers.people.staff import Change
from storage import absences, journals, people, teams
from storage.people import Invitation
from tests.properties.causes import District
from tests.properties.waiting import DAY, is_open, made_away, made_offer

Happens = Callable[[District], Awaitable[object]]


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
        await at.does(
            "kolyo", give.keep, To(await at.case(1), (await teams.by_name(at.tx)).get(team), sure=await is_open(at))
        )

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
    await at.does("kolyo", handover.keep_offer, Offering(await at.case(1), outside=True, sure=await is_open(at)))


def goes_away(who: str, days_on: int = 0) -> Happens:
    async def happens(at: District) -> None:
        await made_away(at, who, days_on)

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
    [known] = await at.tx.rows("SELECT count(*) AS n FROM invitation")
    await people.invite(at.tx, f"fresh-{known['n']}", Invitation("member", 1, "", "Нова"), at.now + 7 * DAY)


async def the_day_changes(at: District) -> None:
    at.now += DAY
    await absences.turn(at.tx, at.today)


EVENTS: dict[str, Happens] = {
    "nothing": nothing, "visit": visited(1), "visit of another": visited(2), "closed": decided("D10"),
    "another step": decided("D30"), "closed and opened": closed_and_opened, "given": given_to("б-2"),
    "taken from the team": given_to(""), "split": was_split, "offered": made_offer, "accepted": accepted,
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
