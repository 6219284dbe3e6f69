"""Who is away and who stands in: said, undone, and never a way to see more than before."""

from __future__ import annotations

import pytest

from casework import moving
from casework.records import GOVERNOR, INSTITUTION, LEADER, MEMBER, MUNICIPAL, Person, Referral
from handlers.institutions import asked
from handlers.people import absence
from storage import absences, cases, duty, handovers, people, referrals
from storage.absences import Absence
from storage.database import Database, Tx
from storage.people import Invitation
from tests import everybody
from tests.conversations.conftest import NOW, TODAY, WORK, Chat, Joining, joins
from tests.conversations.moving import Oblast, day, oblast, tap


@pytest.fixture
async def there(database: Database) -> Oblast:
    return await oblast(database)


async def goes_away(who: Chat, until: str, deputy: str, since: str = "днес") -> str:
    await who.says("/settings")
    await who.taps("Ще отсъствам")
    await who.says(since)
    await who.says(until)
    if deputy:
        await who.taps(deputy)
    return await who.taps("Запази")


async def somebody_of(tx: Tx, account: str) -> Person:
    me, _kept = await people.with_journal(tx, "telegram", account)
    assert me is not None
    return me


async def absent(database: Database, whose: str, deputy: str | None, days: int = 3) -> Absence:
    """Now, without a chat."""
    async with database.transaction() as tx:
        me = await somebody_of(tx, whose)
        instead = (await somebody_of(tx, deputy)).id if deputy else None
        return await absences.make(tx, me, me.id, TODAY, day(days), instead, today=TODAY, now=NOW)


async def test_one_who_is_away_is_told_nothing_of_work_and_whoever_stands_in_is(there: Oblast) -> None:
    await goes_away(there.lidia, "4.12", "Мила Петрова")
    assert there.told(there.lidia)["Мила Петрова"].endswith("каквото дойде за деня, идва при Вас.")
    assert there.told(there.lidia)["Кольо"] == "Лидия Колева отсъства: днес, 24.11 – пт, 4.12. Замества: Мила Петрова."
    async with there.database.reading() as tx:
        lidia = await somebody_of(tx, "lidia")
        assert lidia.id not in [one.id for one in await everybody.on_duty(tx)]
        assert [one.name for one in await duty.leaders(tx, there.team["Б-1"])] == ["Мила Петрова"]
        instead = await duty.instead_of(tx, lidia.id)
        assert instead is not None
        assert instead.leads
    await there.kolyo.sends(tap("take_away"))
    await there.kolyo.taps("Вземи го от")
    assert "Мила Петрова" in there.told(there.kolyo)
    assert "Лидия Колева" not in there.told(there.kolyo)


async def test_who_stands_in_for_a_leader_may_move_work_and_only_as_long(there: Oblast) -> None:
    assert "не е във Вашия район" in await there.mila.sends(tap("move"))
    gone = await absent(there.database, "lidia", "mila")
    await there.mila.sends(tap("move"))
    assert "Предай другаде" in there.mila.labels
    await there.lidia.sends(tap("here_again", gone.id))
    assert "не е във Вашия район" in await there.mila.sends(tap("move"))


async def test_who_stands_in_answers_what_is_offered(there: Oblast) -> None:
    async with there.database.transaction() as tx:
        kolyo, case = await somebody_of(tx, "kolyo"), await there.case()
        number = await handovers.offer(
            tx, kolyo, case, moving.card(case, None), NOW, to_team=there.team["Б-2"], to_municipality="Бяла"
        )
        assert number is not None
        before = await handovers.readers(tx, number)
    await absent(there.database, "stoyan", "ivan")
    async with there.database.reading() as tx:
        ivan, stoyan = await somebody_of(tx, "ivan"), await somebody_of(tx, "stoyan")
        assert stoyan.id in before
        assert ivan.id not in before
        after = await handovers.readers(tx, number)
        assert ivan.id in after
        assert stoyan.id not in after
        assert await handovers.get(tx, ivan, number)


async def test_a_ring_of_those_who_stand_in_for_each_other_reaches_nobody(there: Oblast) -> None:
    await absent(there.database, "lidia", "mila")
    await absent(there.database, "mila", "lidia")
    async with there.database.reading() as tx:
        lidia = await somebody_of(tx, "lidia")
        assert await duty.instead_of(tx, lidia.id) is None
        assert await duty.leaders(tx, there.team["Б-1"]) == []


async def test_who_stands_in_is_away_too_and_names_another(there: Oblast) -> None:
    async with there.database.transaction() as tx:
        await joins(tx, "third", Invitation(MEMBER, there.team["Б-1"], "", "Трета"))
    await absent(there.database, "lidia", "mila")
    await absent(there.database, "mila", "third")
    async with there.database.reading() as tx:
        lidia = await somebody_of(tx, "lidia")
        instead = await duty.instead_of(tx, lidia.id)
        assert instead is not None
        assert instead.name == "Трета"
        roster, case = await everybody.roster(tx), await there.case()
        assert [one.name for one in (roster.holder(LEADER, case), roster.owing(case, lidia.id)) if one] == ["Трета"] * 2


async def test_an_absence_replaces_those_it_touches_and_no_other(there: Oblast) -> None:
    async with there.database.transaction() as tx:
        me = await somebody_of(tx, "mila")
        for first, last in ((2, 4), (8, 9), (4, 6)):
            await absences.make(tx, me, me.id, day(first), day(last), None, today=TODAY, now=NOW)
        assert [(one.from_on, one.until_on) for one in await absences.of(tx, me.id)] == [
            (day(4), day(6)),
            (day(8), day(9)),
        ]


async def test_days_turn_absences(there: Oblast) -> None:
    async with there.database.transaction() as tx:
        me = await somebody_of(tx, "mila")
        await absences.make(tx, me, me.id, day(2), day(3), None, today=TODAY, now=NOW)
        # Nobody rang while the whole of this one passed.
        await absences.make(tx, me, me.id, day(5), day(5), None, today=TODAY, now=NOW)
        away = []
        for days in range(1, 9):
            await absences.turn(tx, day(days))
            away.append(await duty.instead_of(tx, me.id) is None)
        assert away == [False, True, True, False, True, False, False, False]
        assert len(await absences.returned(tx)) == 2
        assert await absences.returned(tx) == []


async def test_only_those_who_look_after_somebody_tell_their_absence(there: Oblast) -> None:
    async with there.database.reading() as tx:
        mila = (await somebody_of(tx, "mila")).id
        seen = {
            account: await absence.seen(tx, await somebody_of(tx, account), mila) is not None
            for account in ("mila", "lidia", "kolyo", "reni", "vera", "stoyan", "ivan")
        }
    assert seen == {
        "mila": True, "lidia": True, "kolyo": True, "reni": True, "vera": False, "stoyan": False, "ivan": False,
    }  # fmt: skip
    assert "не е във Вашия район" in await there.stoyan.sends(tap("away", mila))
    assert "не е във Вашия район" in await there.stoyan.sends(tap("person", mila))
    assert "не е във Вашия район" in await there.mila.sends(tap("person", mila))
    gone = await absent(there.database, "mila", None)
    assert "вече е приключило" in await there.stoyan.sends(tap("here_again", gone.id))
    assert "вече е приключило" in await there.stoyan.sends(tap("here_again", 99))
    assert "Добре дошли" in await there.mila.sends(tap("here_again", 0))
    assert "вече е приключило" in await there.mila.sends(tap("here_again", gone.id))


async def test_who_may_stand_in(there: Oblast, somebody: Joining) -> None:
    async with there.database.transaction() as tx:
        await joins(tx, "second", Invitation(MUNICIPAL, None, "Бяла", "Втори"))
        for account, name, where in (("petar", "Петър", "Бяла"), ("pavel", "Павел", ""), ("rada", "Рада", "Русе")):
            await joins(tx, account, Invitation(INSTITUTION, None, where, name, "I10"))
        await joins(tx, "okc", Invitation(GOVERNOR, None, "", "Областна"))

        async def can(account: str) -> list[str]:
            return [name for _id, name in await absences.who_can_stand_in(tx, await somebody_of(tx, account))]

        assert await can("mila") == ["Лидия Колева"]
        assert await can("stoyan") == ["Иван"]
        assert await can("kolyo") == ["Втори", "Рени"]
        assert await can("reni") == []
        assert await can("petar") == ["Павел"]
        assert await can("okc") == []


async def test_nobody_can_stand_in_and_that_is_said(there: Oblast) -> None:
    await there.reni.says("/settings")
    await there.reni.taps("Ще отсъствам", "днес")
    assert "Замества: никой" in await there.reni.says("4.12")
    assert "Никой не Ви замества" in await there.reni.taps("Запази")
    assert there.told(there.reni) == {}


async def test_a_coordinator_is_stood_in_for_by_the_region(there: Oblast) -> None:
    await goes_away(there.kolyo, "4.12", "Рени")
    assert list(there.told(there.kolyo)) == ["Рени"]
    async with there.database.reading() as tx:
        mila = await somebody_of(tx, "mila")
        assert [one.name for one in await duty.overseers(tx, mila.id)] == ["Рени"]
        holder = (await everybody.roster(tx)).holder(MUNICIPAL, await there.case())
        assert holder is not None
        assert holder.name == "Рени"


async def test_whoever_stands_in_holds_nothing_of_a_team_that_is_not_theirs(there: Oblast) -> None:
    """Лидия leads Б-1 and Б-2, and Мила is of Б-1 only."""
    async with there.database.transaction() as tx:
        lidia = await somebody_of(tx, "lidia")
        await tx.run(
            "INSERT INTO membership (person_id, team_id, since) VALUES (:lidia, :team, 0)",
            lidia=lidia.id,
            team=there.team["Б-2"],
        )
        await tx.run("UPDATE child_case SET team_id = :team WHERE id = 2", team=there.team["Б-2"])
    await absent(there.database, "lidia", "mila")
    async with there.database.reading() as tx:
        roster = await everybody.roster(tx)
        of_b1, of_b2 = roster.holder(LEADER, await there.case(1)), roster.holder(LEADER, await there.case(2))
        assert of_b1 is not None
        assert of_b2 is not None
        assert (of_b1.name, of_b2.name) == ("Мила Петрова", "Стоян")
        assert [one.name for one in await duty.leaders(tx, there.team["Б-2"])] == ["Стоян"]


async def test_an_institution_has_others_while_somebody_is_away(there: Oblast, somebody: Joining) -> None:
    petar = await somebody("petar", "Петър", "I10")
    async with there.database.transaction() as tx:
        number = await referrals.ask(
            tx, 1, "I10", day(5), NOW, asked_by=(await somebody_of(tx, "mila")).id, measure="M10"
        )
        assert await referrals.take(tx, await somebody_of(tx, "petar"), number, NOW)
    await goes_away(petar, "4.12", "")
    async with there.database.transaction() as tx:
        assert await referrals.readers(tx, number) == []
        assert [one.id for one in await referrals.release(tx)] == [number]
        assert await referrals.release(tx) == []
    await petar.says("Меню")
    await petar.taps("Чака отговор от нас")
    assert any("БЯ-001" in label for label in petar.labels), "whoever looks all the same sees what waits"


async def test_who_stands_in_hears_the_answer(there: Oblast) -> None:
    await absent(there.database, "mila", "lidia")
    async with there.database.transaction() as tx:
        number = await referrals.ask(
            tx, 1, "I30", day(5), NOW, asked_by=(await somebody_of(tx, "mila")).id, measure="M20"
        )
        referral: Referral = await referrals.for_rules(tx, number)
        reader = await asked.asker(tx, referral, await cases.for_rules(tx, 1))
        assert reader is not None
        assert reader.name == "Лидия Колева"
        role = WORK.catalogue.institutions["I30"].role
        assert role == MUNICIPAL, "where the municipality itself is asked, its coordinator is its person"
        assert await referrals.stand_ins(tx, [number], role) == {number: [(await somebody_of(tx, "kolyo")).id]}
    await absent(there.database, "kolyo", "reni")
    async with there.database.reading() as tx:
        assert await referrals.stand_ins(tx, [number], role) == {number: [(await somebody_of(tx, "reni")).id]}


async def test_whoever_left_the_area_meanwhile_is_not_noted_as_away(there: Oblast) -> None:
    async with there.database.reading() as tx:
        mila = (await somebody_of(tx, "mila")).id
    await there.lidia.sends(tap("away", mila))
    await there.lidia.taps("днес")
    await there.lidia.says("4.12")
    await there.lidia.taps("Никой")
    async with there.database.transaction() as tx:
        await tx.run("UPDATE membership SET team_id = :team WHERE person_id = :mila", team=there.team["Б-2"], mila=mila)
    # The conversation runs anew from its first read, so what was filled in is not saved.
    assert "не е във Вашия район" in await there.lidia.taps("Запази")
    async with there.database.reading() as tx:
        assert await absences.of(tx, mila) == []
