"""A hundred thousand people have left a report unfinished, and fifty report beside them: what that takes of memory."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path

from bench import district
from bench.bots import OURS, running
from bench.questions import STEPS
from bench.reporting import PATIENCE_SECONDS, label_of, one_report
from bench.table import AT_MOST, Aim, Line
from sandbox import Person

PEOPLE, UNFINISHED, REPORTS_EACH = 50, 100_000, 2


async def lines() -> list[Line]:
    waits_ms = list[float]()
    async with district.played(PEOPLE) as (sandbox, crowd, folder):
        await district.fill(folder, crowd)
        async with running(OURS, sandbox, folder):
            await _left_at_the_reasons(crowd[0])
        _left_by_many(folder)
        async with running(OURS, sandbox, folder) as live:
            for _ in range(REPORTS_EACH):
                await asyncio.gather(*(one_report(one, waits_ms) for one in crowd[1:]))
            memory_mb, ready_s = live.memory_mb(), live.ready_s
    return [
        Line(f"memory with {UNFINISHED:,} open conversations (MB)", memory_mb, None, Aim(AT_MOST, 120)),
        Line("from the start until it is ready, with them (s)", ready_s, None, Aim(AT_MOST, 1.5)),
    ]


async def _left_at_the_reasons(one: Person) -> None:
    await one.says("/report")
    for step in STEPS[:4]:
        message = await one.hears(PATIENCE_SECONDS)
        await one.taps(label_of(message, step), message)
    await one.hears(PATIENCE_SECONDS)


def _left_by_many(folder: Path) -> None:
    """By as many more people as there are to be, in teams: each row as the one that was left, and of now."""
    now = time.time_ns() // 1000
    ids = range(1_000_000, 1_000_000 + UNFINISHED)
    with district.opened(folder) as file:
        [(of, name, body, title)] = file.execute("SELECT id, name, body, title FROM journal").fetchall()
        file.executemany(
            "INSERT INTO team (id, name, municipality) VALUES (?, ?, 'Бяла')",
            [(id_, f"Г-{id_}") for id_ in ids[:: district.TEAM]],
        )
        file.executemany(
            "INSERT INTO person (id, name, role, language, accepted_at, created_at) "
            "VALUES (?, ?, 'member', 'bg', ?, ?)",
            [(id_, f"Друг {id_}", now, now) for id_ in ids],
        )
        file.executemany(
            "INSERT INTO identity (channel, account, chat, person_id) VALUES ('telegram', ?, ?, ?)",
            [(str(id_), str(id_), id_) for id_ in ids],
        )
        file.executemany(
            "INSERT INTO membership (person_id, team_id, since) VALUES (?, ?, ?)",
            [(id_, id_ - id_ % district.TEAM, now) for id_ in ids],
        )
        file.executemany(
            "INSERT INTO journal (id, person_id, name, state, body, title, updated_at) "
            "VALUES (?, ?, ?, 'open', ?, ?, ?)",
            [(str(id_), id_, name, body.replace(of, str(id_)), title, now) for id_ in ids],
        )
