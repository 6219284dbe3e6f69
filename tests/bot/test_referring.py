"""Referrals over the wire: the notice arrives, the clock reminds once a day, and silence gives the case back."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from pathlib import Path

from typer.testing import CliRunner, Result

from bot.cli import cli
from casework.records import INSTITUTION, LEADER
from sandbox import Person, Sandbox
from storage import people
from storage.people import Invitation
from tests.bot.conftest import TOKEN, World, write_config
from tests.bot.test_asking import does, writes
from tests.bot.viber import on_viber, rows


async def of_institution(world: World, name: str, institution: str, municipality: str = "Бяла") -> Person:
    someone = world.sandbox.world.person(name)
    async with world.app.database.transaction() as tx:
        invited = Invitation(INSTITUTION, None, municipality, name, institution)
        await people.invite(tx, f"code-{name}", invited, world.app.now() + timedelta(days=7))
    await someone.starts(f"code-{name}")
    await someone.hears()
    await does(someone, "Български")
    assert "Вие отговаряте от името на" in (await does(someone, "Приемам")).text
    return someone


async def at_work(world: World) -> None:
    """In the morning of a working day; no case is due, so nobody is told of one."""
    world.to_a_working_day(10)
    async with world.app.database.transaction() as tx:
        await tx.run("UPDATE child_case SET due_on = NULL")


async def reports(mila: Person, line: str = "14 неизвестно") -> str:
    await writes(mila, line)
    return (await does(mila, "Запази")).text


async def passes(world: World, days: int) -> None:
    """So many working days, each with its morning, and a second ring in it."""
    for _day in range(days):
        world.to_a_working_day(9)
        await world.rung()
        await world.rung()


async def test_the_notice_arrives_and_the_answer_leaves_an_open_report_alone(world: World) -> None:
    await at_work(world)
    yana, mila = await of_institution(world, "Яна", "I30"), await world.person("Мила")
    assert "Поискано: Община: проверка на адрес." in await reports(mila)
    heard = await yana.hears()
    assert heard.text.startswith("БЯ-014, Бяла: Община: проверка на адрес\nПита: Мила (Б-1). Отговор до: ")
    assert heard.labels == ["Приеми", "Отговори", "Не е за нас", "Покажи случая"]
    await writes(mila, "15 никой")
    await does(yana, "Приеми", "Отговори", "Живее на друг адрес", "Пропусни")
    assert "Община отговаря: „Живее на друг адрес“." in (await mila.hears()).text
    assert "Записано. Доклад № 2" in (await does(mila, "Запази")).text
    assert len(await rows(world, "SELECT 1 FROM transition WHERE cause = 'answer'")) == 1


async def test_a_tap_that_comes_twice_accepts_and_answers_once(world: World) -> None:
    await at_work(world)
    yana, mila = await of_institution(world, "Яна", "I30"), await world.person("Мила")
    await reports(mila)
    await yana.hears()
    await does(yana, "Отговори", "Не е открито")
    await yana.taps("Пропусни")
    await yana.taps("Пропусни")
    assert "Записано." in (await yana.hears()).text
    assert "вече приключено" in (await yana.hears()).text
    assert "Яна вече отговори" in (await does(yana, "Приеми")).text
    assert len(await rows(world, "SELECT 1 FROM transition WHERE cause = 'answer'")) == 1


async def test_two_taps_at_once_give_the_referral_to_one(world: World) -> None:
    await at_work(world)
    both = [await of_institution(world, name, "I30") for name in ("Яна", "Борис")]
    await reports(await world.person("Мила"))
    for one in both:
        await one.hears()
    await asyncio.gather(*(one.taps("Приеми") for one in both))
    said = sorted([(await one.hears()).text for one in both], key=lambda text: "прие това" in text)
    assert "е при Вас" in said[0]
    assert "прие това и ще отговори" in said[1]


async def test_what_is_late_is_called_to_mind_once_a_day_and_then_given_back(world: World) -> None:
    await at_work(world)
    yana, mila = await of_institution(world, "Яна", "I30"), await world.person("Мила")
    for line in ("13 адрес", "14 неизвестно"):
        await writes(mila, line)
        if line.endswith("адрес"):
            await does(mila, "Пропусни")
        await does(mila, "Запази")
    await world.settled()
    mila.forget()
    yana.forget()
    [owed] = await rows(world, "SELECT DISTINCT answer_by FROM referral WHERE measure = 'M30'")
    while world.today().isoformat() < owed["answer_by"]:
        await yana.quiet(0.01)
        await passes(world, 1)
    heard = await yana.hears()
    assert heard.text.startswith("2 искания чакат Вашия отговор:\n• БЯ-013, Бяла: Община: проверка на адрес.")
    assert heard.labels == ["Отговори за БЯ-013", "Отговори за БЯ-014", "Меню"]
    await passes(world, 2)
    await yana.quiet(0.05)
    await passes(world, 1)
    assert "2 искания чакат" in (await yana.hears()).text
    await passes(world, 7)
    said = (await mila.hears()).text.splitlines()
    assert said[0] == "2 случая се връщат при екипа, защото няма отговор:"
    assert said[1].startswith("• БЯ-013, Бяла: Община: проверка на адрес. Следва: няма отговор от институцията.")
    assert "Отговор, който дойде по-късно, пак ще се запише." in said
    await mila.quiet(0.05)
    moves = await rows(world, "SELECT cause, step FROM transition WHERE cause = 'deadline'")
    assert [tuple(move.values()) for move in moves] == [("deadline", "silent")] * 2
    yana.forget()
    await does(yana, "Отговори за БЯ-014", "Отговори", "Не е открито", "Пропусни")
    assert "Община отговаря: „Не е открито“." in (await mila.hears()).text
    [case] = await rows(world, "SELECT status, next_step FROM child_case WHERE running = 14")
    assert case == {"status": "S41", "next_step": "review"}


async def test_on_a_day_of_rest_nobody_is_reminded(world: World) -> None:
    await at_work(world)
    yana, mila = await of_institution(world, "Яна", "I30"), await world.person("Мила")
    await reports(mila)
    await yana.hears()
    while world.app.work.calendar.is_working(world.today()):
        world.move_to(1, 8)
    async with world.app.database.transaction() as tx:
        await tx.run("UPDATE referral SET answer_by = :today", today=world.today().isoformat())
    world.move_to(0, 12)
    await world.rung()
    await yana.quiet(0.05)


async def test_many_that_wait_are_counted(world: World) -> None:
    await at_work(world)
    yana, mila = await of_institution(world, "Яна", "I30"), await world.person("Мила")
    for number in range(1, 10):
        await reports(mila, f"{number} неизвестно")
    async with world.app.database.transaction() as tx:
        day = (world.today() + timedelta(days=1)).isoformat()
        await tx.run("UPDATE referral SET answer_by = :day", day=day)
    await world.settled()
    yana.forget()
    while world.today().isoformat() < day or not world.app.work.calendar.is_working(world.today()):
        world.move_to(1, 8)
    async with world.app.database.transaction() as tx:
        await tx.run("UPDATE referral SET answer_by = :today", today=world.today().isoformat())
    world.move_to(0, 9)
    await world.rung()
    heard = await yana.hears()
    assert heard.text.startswith("9 искания чакат")
    assert heard.text.endswith("и още 1")
    assert len(heard.labels) == 9


async def test_what_somebody_accepted_who_cannot_be_reached_is_free_again(world: World) -> None:
    await at_work(world)
    yana, boris = [await of_institution(world, name, "I30") for name in ("Яна", "Борис")]
    await reports(await world.person("Мила"))
    await yana.hears()
    await boris.hears()
    await does(yana, "Приеми")
    async with world.app.database.transaction() as tx:
        await tx.run("UPDATE person SET active = 0 WHERE name = 'Яна'")
    await passes(world, 1)
    assert (await boris.hears()).text.startswith("БЯ-014, Бяла: Община: проверка на адрес")
    await boris.quiet(0.05)
    assert "е при Вас" in (await does(boris, "Приеми")).text


async def test_silence_is_kept_where_nobody_is_left_to_be_told(world: World) -> None:
    await at_work(world)
    yana, mila = await of_institution(world, "Яна", "I30"), await world.person("Мила")
    await reports(mila)
    await yana.hears()
    async with world.app.database.transaction() as tx:
        await tx.run("UPDATE person SET active = 0 WHERE name = 'Мила'")
    async with world.app.database.transaction() as tx:
        long_ago = (world.today() - timedelta(days=60)).isoformat()
        await tx.run("UPDATE child_case SET due_on = :day WHERE running = 14", day=long_ago)
    await passes(world, 1)
    assert len(await rows(world, "SELECT 1 FROM transition WHERE cause = 'deadline'")) == 1


async def test_a_leader_hears_of_silence_when_the_asker_has_left(world: World) -> None:
    await at_work(world)
    yana, mila = await of_institution(world, "Яна", "I30"), await world.person("Мила")
    lidia = await world.person("Лидия", LEADER)
    await reports(mila)
    await yana.hears()
    async with world.app.database.transaction() as tx:
        await tx.run("UPDATE person SET active = 0 WHERE name = 'Мила'")
        long_ago = (world.today() - timedelta(days=60)).isoformat()
        await tx.run("UPDATE child_case SET due_on = :day WHERE running = 14", day=long_ago)
    await passes(world, 1)
    assert (await lidia.hears()).text.startswith("1 случай се връща при екипа")


async def test_a_child_at_risk_goes_out_also_when_the_budget_is_used_up(sandbox: Sandbox, tmp_path: Path) -> None:
    async with on_viber(sandbox, tmp_path, telegram=True, paid_messages_a_month=0) as world:
        mila = await world.person("Мила")
        phone = world.sandbox.world.person("Диана", telegram=False).viber
        async with world.app.database.transaction() as tx:
            invited = Invitation(INSTITUTION, None, "Бяла", "Диана", "I43")
            await people.invite(tx, "code-diana", invited, world.app.now() + timedelta(days=7))
        await phone.starts("code-diana")
        await phone.hears()
        for label in ("Започни", "Български", "Приемам"):
            await phone.taps(label)
            await phone.hears()
        world.move_to(2, 23)
        assert "116 111" in await reports(mila, "14 риск")
        assert (await phone.hears()).text.startswith("Спешно: дете в риск.")


async def test_an_invitation_names_every_mistake_and_what_would_be_accepted(tmp_path: Path) -> None:
    async with Sandbox(TOKEN, limits=False) as sandbox:
        environ = {"OBHVAT_CONFIG": str(write_config(tmp_path, sandbox)), "OBHVAT_TELEGRAM_TOKEN": TOKEN}
        teams = tmp_path / "teams.csv"
        teams.write_text("team,municipality,area\nБ-1,Бяла,Бяла\nР-1,Русе,Русе\n", "utf-8")

        async def obhvat(*words: str) -> Result:
            # In this process: seven of their own would take most of the time of all tests of this file.
            return await asyncio.to_thread(CliRunner().invoke, cli, words, env=environ)

        assert (await obhvat("import", "teams", str(teams))).exit_code == 0
        wrong = ("--institution", "I99", "--municipality", "Бялла", "--team", "Б-1")
        ended = await obhvat("invite", "institution", *wrong)
        assert ended.exit_code == 2
        first, second, third = ended.stderr.strip().splitlines()
        assert first.startswith("--institution: there is no institution 'I99'. Institutions: I10 (Училище")
        assert second == (
            "--municipality: no team is in 'Бялла'. Municipalities: Бяла, Русе; leave it out for the whole region."
        )
        assert third.startswith("--team: somebody of an institution is with no team")
        for role, said in (("mayor", "'mayor' is no role. Roles: leader"), ("member", "--team: there is no team ''")):
            ended = await obhvat("invite", role)
            assert (ended.exit_code, ended.stderr.startswith(said)) == (2, True), ended.stderr
        for place in (("--municipality", "бяла"), ()):
            ended = await obhvat("invite", "institution", "--institution", "i10", "--name", "Петя", *place)
            assert (ended.exit_code, "?start=" in ended.stdout) == (0, True), ended.stderr
