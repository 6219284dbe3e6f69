"""Work that is moved, over the wire: who is told, once, and what a second tap does."""

from __future__ import annotations

from datetime import timedelta

from casework.records import LEADER, MUNICIPAL, REGIONAL
from sandbox import Person
from storage import people, teams
from storage.people import Invitation
from tests.bot.conftest import World
from tests.bot.test_asking import does, writes
from tests.bot.viber import rows


async def stoyan_of(world: World) -> Person:
    """The leader of Б-2, a second team of Бяла."""
    someone = world.sandbox.world.person("Стоян")
    async with world.app.database.transaction() as tx:
        await teams.put(tx, "Б-2", "Бяла", "")
        team = (await teams.by_name(tx))["б-2"].id
        expires = world.app.now() + timedelta(days=7)
        await people.invite(tx, "code-b2", Invitation(LEADER, team, "", "Стоян"), expires)
    await someone.starts("code-b2")
    await someone.hears()
    await does(someone, "Български", "Приемам")
    return someone


async def opens(someone: Person, number: str = "БЯ-001") -> None:
    await writes(someone, "/cases")
    label = next(label for label in someone.last.labels if number in label)
    await does(someone, label, "Премести или реши")


def told(who: Person, part: str) -> int:
    return sum(part in message.text for message in who.chat if message.from_bot)


async def test_a_case_given_by_a_double_tap_is_given_once_and_each_leader_hears_it_once(world: World) -> None:
    world.to_a_working_day(10)
    stoyan, lidia = await stoyan_of(world), await world.person("Лидия", LEADER)
    kolyo = await world.person("Кольо", MUNICIPAL, "Бяла")
    await opens(kolyo)
    await does(kolyo, "Дай на друг екип", "Б-2 · 0 отворени случая")
    await kolyo.taps("Дай го на Б-2")
    await kolyo.taps("Дай го на Б-2")
    await world.settled()
    assert told(kolyo, "БЯ-001 вече е при екип Б-2.") == 1
    assert told(kolyo, "нещо вече приключено") == 1
    assert (told(stoyan, "дава на екипа Ви случай: БЯ-001, Бяла."), told(lidia, "даде БЯ-001, Бяла на екип Б-2.")) == (
        1,
        1,
    )
    moved = await rows(world, "SELECT cause FROM transition WHERE case_id = 1 ORDER BY id")
    assert [row["cause"] for row in moved] == ["import", "decision"]


async def test_a_split_is_one_message_to_each_leader_and_so_is_its_end(world: World) -> None:
    world.to_a_working_day(10)
    stoyan, lidia = await stoyan_of(world), await world.person("Лидия", LEADER)
    kolyo = await world.person("Кольо", MUNICIPAL, "Бяла")
    await writes(kolyo, "/cases")
    await does(kolyo, "Раздели случаите на екип", "Б-1 · 16 отворени случая", "Пропусни", "Всеки втори")
    await does(kolyo, "Б-2 · 0 отворени случая", "Премести ги")
    await kolyo.taps("Върни ги")
    await kolyo.taps("Върни ги")
    await world.settled()
    for who, count in ((stoyan, "дава на екипа Ви 8 случая"), (lidia, "даде 8 случая от екипа Ви")):
        assert (told(who, count), told(who, "върна разделянето")) == (1, 1)
    assert told(kolyo, "вече не може да се върне") == 1
    held = await rows(world, "SELECT count(DISTINCT team_id) AS teams FROM child_case")
    assert held[0]["teams"] == 1


async def test_two_who_accept_at_once_take_it_over_once(world: World) -> None:
    world.to_a_working_day(10)
    stoyan, lidia = await stoyan_of(world), await world.person("Лидия", LEADER)
    kolyo = await world.person("Кольо", MUNICIPAL, "Бяла")
    await opens(lidia)
    await does(lidia, "Предай другаде", "Бяла", "Б-2", "Предложи го")
    for who in (stoyan, kolyo):
        await who.hears()
        await who.taps("Приеми")
    await world.settled()
    assert told(stoyan, "вече е при екип Б-2") + told(kolyo, "вече е при екип Б-2") == 1
    assert told(stoyan, "вече е приет") + told(kolyo, "вече е приет") == 1
    assert told(lidia, "прие БЯ-001, Бяла") == 1


async def test_an_offer_without_an_answer_is_told_to_the_region_once(world: World) -> None:
    world.to_a_working_day(10)
    stoyan, lidia = await stoyan_of(world), await world.person("Лидия", LEADER)
    reni = await world.person("Рени", REGIONAL)
    await opens(lidia)
    await does(lidia, "Предай другаде", "Бяла", "Б-2", "Предложи го")
    for _day in range(3):
        world.to_a_working_day(9)
        await world.rung()
    assert told(reni, "без отговор в срок") == 0
    for _day in range(2):
        world.to_a_working_day(9)
        await world.rung()
        await world.rung()
    assert told(reni, "1 предложен случай е без отговор в срок:\n• БЯ-001: Лидия го предлага на екип Б-2") == 1
    for label in ("Отговори: БЯ-001", "Приеми"):
        await reni.taps(label)
        await world.settled()
    assert (told(stoyan, "Рени прие БЯ-001, Бяла."), told(lidia, "Рени прие БЯ-001, Бяла.")) == (1, 1)
