"""A case with everything that can be kept of one, and a neighbour that only must not be touched."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from bot import album
from bot.photos import clean
from casework import moving
from casework.records import Case, Photo, VisitReport
from handlers.engine.scene import Message
from handlers.engine.views import View
from storage import (
    advice,
    announcements,
    because,
    cases,
    claims,
    handovers,
    import_files,
    inbox,
    inquiries,
    journals,
    lateness,
    outbox,
    people,
    questions,
    referrals,
    respites,
    subscriptions,
    unasked,
    visits,
)
from storage.database import Tx
from storage.import_files import ImportFile
from storage.inbox import Arrival
from storage.journals import Kept
from storage.outbox import Call
from tests.bot.conftest import World
from tests.bot.test_album import picture

CASE, NEIGHBOUR = 14, 15
CHILD, PHONE, ADDRESS = "Пенчо Светославов Кирякин", "0887 654 321", "ул. Незабравка 77, вход Ж"
NOTES = ("Чакат леля Зорница от Севлиево", "Майката работи на смени в цеха", "Брат му учи за заварчик")
"""Of the first version, the second, and what the import said."""
WORDS = [*CHILD.split(), "887654321", "0887", "Незабравка", "Зорница", "Севлиево", "заварчик", "БЯ-014", "смени в цеха"]
ITS_PHOTO, SHARED_PHOTO, OF_A_DRAFT = ((n * 8, 40) for n in (5, 6, 7))


@dataclass(frozen=True)
class Rest:
    """What must be there still when the case is forgotten."""

    visit_id: int
    shared: str


async def everything(world: World) -> Rest:
    app, now = world.app, world.app.now()
    kolyo = await world.person("Кольо", "coordinator", "Бяла")
    await world.person("Мила")
    photos = {size: await _photo(world, size) for size in (ITS_PHOTO, SHARED_PHOTO, OF_A_DRAFT)}
    async with app.database.transaction() as tx:
        await tx.run(
            "UPDATE child_case SET sealed_name = :sealed, address = :address, note = :note, running = 14 WHERE id = 14",
            sealed=app.work.sealer.seal_name(f"{CHILD}\n{PHONE}", "14"),
            address=ADDRESS,
            note=NOTES[2],
        )
        mila, coordinator = [one for name in ("Мила", "Кольо") for one in [await _person(tx, name)]]
        case, neighbour = [one for n in (CASE, NEIGHBOUR) for one in [await cases.get(tx, mila, n)] if one]
        visit_id = await _visited(tx, world, mila, case, photos)
        await _asked(tx, world, mila, coordinator, case, visit_id)
        await _spoken_of(tx, world, mila, coordinator, case)
        await _waiting(tx, world, mila, coordinator, case)
        kept = await _of_the_neighbour(tx, world, mila, neighbour, photos[SHARED_PHOTO])
    await app.config.store.put(f"outgoing/{'0' * 64}.pdf", f"{case.number} {ADDRESS}".encode())
    assert kolyo
    await _photos_are_kept(world)
    assert now
    return kept


async def _person(tx: Tx, name: str) -> Any:
    row = await tx.one("SELECT id FROM person WHERE name = :name", name=name)
    return await people.get(tx, row["id"])


async def _photo(world: World, size: tuple[int, int]) -> str:
    """Kept as the fetcher keeps it."""
    return await album.put(world.app.config.store, world.app.work.sealer, clean(picture("JPEG", size)))


def _report(case: Case, note: str, *photos: str, on: Any) -> VisitReport:
    named = tuple(Photo("telegram", f"file-{one}", f"unique-{one}") for one in photos)
    return VisitReport(case.id, on, "am", 1, (1,), "known", "nobody", "O11", note=note, photos=named)


async def _visited(tx: Tx, world: World, mila: Any, case: Case, photos: dict[tuple[int, int], str]) -> int:
    now, day = world.app.now(), world.today()
    first = _report(case, NOTES[0], photos[ITS_PHOTO], photos[SHARED_PHOTO], on=day)
    visit = await visits.save(tx, mila, first, now)
    await visits.correct(tx, mila, visit.id, 1, replace(first, note=NOTES[1], promised_on=day), now)
    await tx.run("UPDATE media SET state = 'stored', stored_as = substr(recognised_by, 8), error = :e", e=CHILD)
    await lateness.keep(tx, mila, case, "busy", day + timedelta(days=1), now)
    await tx.run(
        "INSERT INTO transition (case_id, at, cause, was, status, step, detail) "
        "VALUES (14, 0, 'import', '', 'S11', 'visit', :detail)",
        detail=NOTES[2],
    )
    return visit.id


async def _asked(tx: Tx, world: World, mila: Any, coordinator: Any, case: Case, visit_id: int) -> None:
    now, day = world.app.now(), world.today()
    asked = await referrals.ask(tx, case.id, "I10", day, now, asked_by=mila.id, visit_id=visit_id, measure="M10")
    referral = await referrals.for_rules(tx, asked)
    await referrals.refuse(tx, coordinator, referral, now)
    await referrals.say_why(tx, coordinator, asked, f"{CHILD} учи другаде")
    await referrals.answer(tx, coordinator, referral, "done", now, note=f"Говорих с {CHILD}, {PHONE}")
    await handovers.offer(tx, mila, case, moving.card(case, None), now, to_team=None, to_municipality="Русе")
    await inquiries.ask(tx, coordinator, case, mila.id, f"Какво става с {case.number}?", now)
    await respites.keep(tx, mila, case, "known", day, now, reason="")
    await tx.run(
        "INSERT INTO alerted (case_id, person_id, day, rung, step, due_on) VALUES (14, :me, '2026-11-24', 1, 'v', '')",
        me=mila.id,
    )
    question = await questions.ask(tx, mila, f"Как да помогна на {CHILD}?", case, now)
    await questions.take(tx, coordinator, question, now)
    of = await questions.get(tx, coordinator, question)
    assert of is not None
    answer = await questions.answer(tx, coordinator, of, f"Обадете се на {PHONE}", now)
    await advice.publish(tx, coordinator, answer.id, "Как да помогна?", f"Обадете се на {PHONE}", now)
    await questions.ask(tx, mila, "А бя14 може ли през почивните дни?", None, now)


async def _spoken_of(tx: Tx, world: World, mila: Any, coordinator: Any, case: Case) -> None:
    """Where other things name it."""
    now, day = world.app.now(), world.today().isoformat()
    await announcements.send(tx, coordinator, f"Утре всички при {case.number}, {CHILD}", [], now)
    await subscriptions.begin(tx, mila, "Q10", [13, CASE, NEIGHBOUR])
    kept = {"lines": [f"{case.number} · {ADDRESS} чака", "Друг ред"], "cases": [[CASE, case.number], [15, "БЯ-015"]]}
    await claims.claim(tx, "digest", coordinator.id, day, now, kept)
    await tx.run(
        "INSERT INTO period_claim (job, person_id, period, at, detail) VALUES ('digest', 1, '2026-11-01', 0, :detail)",
        detail=json.dumps({"lines": [f"{case.number}: {CHILD}"]}),  # as older versions wrote them
    )
    await claims.claim(tx, "alert", mila.id, day, now, {"cases": [CASE, NEIGHBOUR]})
    await tx.run(
        "INSERT INTO audit (at, person_id, what, detail) VALUES (0, 1, 'printed the forms of a day', :detail)",
        detail=f"{day}: visits 1, 77",
    )
    named = ImportFile(0, mila.id, "telegram", "7", "12", "f", f"{CHILD}.xlsx")
    await import_files.add(tx, named, now)
    await tx.run("UPDATE import_file SET state = 'shown'")


async def _waiting(tx: Tx, world: World, mila: Any, coordinator: Any, case: Case) -> None:
    """What is begun, what is not handled, and what is not sent."""
    now = world.app.now()
    photo = {"channel": "telegram", "file": "f", "unique": "unique-of-the-draft"}
    body = {"name": "visit", "id": "d1", "given": {"case": CASE, "photos": [photo]}, "answers": {"note": NOTES[0]}}
    await journals.save(tx, Kept("d1", mila.id, "visit", json.dumps(body, ensure_ascii=False), case.number), now)
    await journals.put_aside(tx, mila.id)
    sort = {"name": "sort", "id": "d2", "given": {"things": [{"text": f"{CHILD} го няма"}]}}
    await journals.save(tx, Kept("d2", coordinator.id, "sort", json.dumps(sort, ensure_ascii=False)), now)
    await tx.run(
        "INSERT INTO media (person_id, channel, file, recognised_by, state, stored_as, arrived_at) "
        "VALUES (:me, 'telegram', 'f', 'unique-of-the-draft', 'stored', :name, :at)",
        me=mila.id,
        name=_name_of(OF_A_DRAFT),
        at=4_102_444_800_000_000,
    )
    await unasked.keep(
        tx, mila.id, json.dumps({"things": [{"text": f"14 никой, {NOTES[0]}"}]}, ensure_ascii=False), now
    )
    for n, text in enumerate((f"14 отказ, {NOTES[0]}", f"При {CHILD} няма никой", "15 никой")):
        arrival = Arrival("telegram", f"aside{n}", f"9{n}", {"message": {"text": text}})
        await inbox.add(tx, [arrival], now)
    await tx.run("UPDATE inbox SET state = 'aside', error = :e WHERE arrival LIKE 'aside%'", e=f"ValueError: {CHILD}")
    due = Message(View((f"{case.number} чака Вас",)), replaces=False, to=mila.id, because=(because.due(case),))
    await world.app.teller.notify(tx, due, now)
    await tx.run("UPDATE outbox SET not_before = :late WHERE notice_id IS NOT NULL", late=2**60)
    later = now + timedelta(days=365)
    for text in (f"{case.number} чака Вас", f"{CHILD}\n{PHONE}", "БЯ-015 чака Вас"):
        call = Call("telegram", "7", "sendMessage", {"text": text}, not_before=later)
        await outbox.add(tx, [call], now, quiet=json.dumps({"lines": [text]}), hushed=mila.id)
    await tx.run(
        "INSERT INTO outbox (channel, chat, method, payload, priority, not_before, state, created_at, error) "
        "VALUES ('telegram', '7', 'sendMessage', '', 0, 0, 'failed', 0, :error)",
        error=f"Bad Request: can't parse {CHILD}",
    )


async def _of_the_neighbour(tx: Tx, world: World, mila: Any, case: Case, shared: str) -> Rest:
    """A report about another child, in which this one is named, with a photo that both have."""
    report = _report(case, f"Съсед на {CHILD} от бя-14: няма го", shared, on=world.today())
    visit = await visits.save(tx, mila, report, world.app.now())
    await tx.run("UPDATE media SET state = 'stored', stored_as = :name WHERE visit_id = :id", name=shared, id=visit.id)
    return Rest(visit.id, shared)


def _name_of(size: tuple[int, int]) -> str:
    return f"{hashlib.sha256(clean(picture('JPEG', size))).hexdigest()}.sealed"


async def _photos_are_kept(world: World) -> None:
    for size in (ITS_PHOTO, SHARED_PHOTO, OF_A_DRAFT):
        assert await album.get(world.app.config.store, world.app.work.sealer, _name_of(size))


def tells(*files: Path) -> dict[str, list[str]]:
    """By file, which of the telling words stand in its bytes, as they are, small, or escaped as JSON does."""
    found = {}
    for path in (one for file in files for one in (file, *file.rglob("*")) if one.is_file()):
        content = path.read_bytes()
        words = [
            word
            for word in WORDS
            for form in (word, word.casefold(), json.dumps(word)[1:-1], json.dumps(word.casefold())[1:-1])
            if form.encode() in content
        ]
        if words:
            found[path.name] = words
    return found


def rows_of(path: Path, sql: str) -> list[Any]:
    with closing(sqlite3.connect(path)) as file:
        return file.execute(sql).fetchall()
