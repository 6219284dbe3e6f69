"""The whole of it on an empty laptop: the sandbox, the bot, and a made-up district. Nothing outlives it.

The only module of the bot that knows the sandbox; they share one clock, so that the page can move to tomorrow.
"""

from __future__ import annotations

import asyncio
import secrets
import socket
import tempfile
from contextlib import suppress
from datetime import datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from bot.app import App, open_app
from bot.commands import district
from bot.settings import config
from bot.settings.sections import Schedule
from casework.calendar import WorkingDays
from casework.records import LEADER, MEMBER, MUNICIPAL, REGIONAL
from sandbox import Person, Sandbox, ViberPhone
from storage import people, teams
from storage.people import Invitation

TOKEN = "100018:demo"
TELEGRAM, VIBER = "telegram", "viber"
MORNING, EVENING = time(8), time(19)
CAST = (
    ("Мила Петрова", MEMBER, "Б-1", TELEGRAM),
    ("Румен Стоянов", MEMBER, "Б-1", VIBER),
    ("Лидия Колева", LEADER, "Б-1", TELEGRAM),
    ("Кольо Маринов", MUNICIPAL, "", TELEGRAM),
    ("Рени Атанасова", REGIONAL, "", TELEGRAM),
)
"""Who stands on the page: two members and the leader of Б-1, the coordinator of Бяла and that of the region."""
COORDINATED = "Бяла"
INVITATIONS = tuple(f"b1-{number}" for number in range(1, 6))
"""To team Б-1, for whoever is added on the page."""


async def play(port: int, at: datetime | None = None) -> None:
    """Runs until it is stopped, from the local time `at` on if given. Raises OSError when the port is taken."""
    with tempfile.TemporaryDirectory(prefix="obhvat-demo-") as folder:
        async with Sandbox(TOKEN, port=port) as sandbox:
            zone = ZoneInfo(Schedule().timezone)
            local = sandbox.world.clock.now().astimezone(zone)
            sandbox.world.clock.move_to(at.replace(tzinfo=zone) if at else begins(local, WorkingDays()))
            path = Path(folder) / "config.toml"
            path.write_text(_settings(sandbox, folder, free_port()), "utf-8")
            read = config.load({config.TOKEN: TOKEN, config.VIBER_TOKEN: sandbox.viber_token}, path)
            async with open_app(read, sandbox.world.clock.now) as app:
                sandbox.world.clock.subscribe(app.wake)
                await asyncio.gather(app.run(), _open_the_doors(app, sandbox))


def begins(now: datetime, calendar: WorkingDays) -> datetime:
    """Now, if it is by day and today and tomorrow are working days; else in the next morning of which that is true.

    Whoever looks at the demo goes to tomorrow, and on a free day or by night nobody is told what can wait.
    """
    day = now.date() if now.time() < EVENING else now.date() + timedelta(days=1)
    while not (calendar.is_working(day) and calendar.is_working(day + timedelta(days=1))):
        day += timedelta(days=1)
    return max(now, datetime.combine(day, MORNING, now.tzinfo))


def free_port() -> int:
    """Viber must be told where the bot listens before it does.

    Below 32768, where no system takes the port of an outgoing connection from in the meantime.
    """
    while True:
        # By the system's own dice: whoever has set `random` to the same seed would draw the same ports.
        port = 20_000 + secrets.randbelow(12_000)
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port


def _settings(sandbox: Sandbox, folder: str, port: int) -> str:
    return (
        f'[telegram]\napi_url = "{sandbox.url}"\n'
        f'[viber]\napi_url = "{sandbox.viber_api_url}"\npublic_url = "http://127.0.0.1:{port}"\n'
        f'[database]\nurl = "sqlite:///{folder}/obhvat.db"\n[photos]\nstore = "{folder}/photos"\n'
        f'[http]\nlisten = "127.0.0.1:{port}"\n'
        "[operator]\nbackup_hours = 0\n"
    )


async def _open_the_doors(app: App, sandbox: Sandbox) -> None:
    now = app.now()
    async with app.database.transaction() as tx:
        await district.fill(tx, app.work, now)
        known = await teams.by_name(tx)
        for number, (name, role, team, _phone) in enumerate(CAST):
            team_id = known[team.casefold()].id if team else None
            invited = Invitation(role, team_id, COORDINATED if role == MUNICIPAL else "", name)
            await people.invite(tx, f"demo{number}", invited, now + timedelta(days=7))
        for code in INVITATIONS:
            await people.invite(tx, code, Invitation(MEMBER, known["б-1"].id, ""), now + timedelta(days=7))
    while sandbox.viber.courier.hook is None:
        await sandbox.world.changed.wait(1)
    for number, (name, _role, _team, phone) in enumerate(CAST):
        someone = sandbox.world.person(name, telegram=phone == TELEGRAM)
        await _join(someone if phone == TELEGRAM else someone.viber, f"demo{number}")
    print(
        f"\n  Отворете {sandbox.url} — Мила докладва, Кольо получава обобщението.\n"
        f"  Нов човек в екип Б-1: „+ Човек“ и код от покана {', '.join(INVITATIONS)} (всеки за един човек).\n"
        "  Спиране: Ctrl+C\n",
        flush=True,
    )


async def _join(person: Person | ViberPhone, code: str) -> None:
    await person.starts(code)
    await person.hears(30)
    for label in (*(("Започни",) if isinstance(person, ViberPhone) else ()), "Български", "Приемам"):
        await person.taps(label)
        await person.hears(30)
