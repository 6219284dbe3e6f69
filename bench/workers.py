"""`python -m bench.workers`: reports per second of one worker and of several of the same PostgreSQL, and their latency.
`--plot docs/workers.png` draws both.

On two cores two workers have no room beside PostgreSQL and who plays with them. So it is done twice: each worker has as
much as it can have, or each is held to `SHARE` of a core, and the others have what they need (`bench/share.py`).
All are played several times in turn, in one run, on one PostgreSQL that is durable (`fsync` on). Everything is on
loopback or a socket, bounded in count and time; only processes that were started here are ended.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import secrets
import statistics
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psutil
from aiohttp import ClientError, ClientSession

from bench.share import NoShares, held
from bench.wire import Wire
from bot.demo import free_port
from casework.records import MEMBER, NextStep
from storage import new_cases, people, teams
from storage.database import open_database
from storage.new_cases import NewCase
from storage.people import Invitation
from tests import postgres

TOKEN = "111:AAA"
SHARE = 0.4
"""Of a core, for each worker that is held: two of them and what serves them are less than two cores."""
PEOPLE, TEAM, REPORTS_EACH = 64, 4, 8
DAY = timedelta(days=1)
WORKERS = {None: (1, 2, 3), SHARE: (1, 2)}
"""How many, by what each is held to."""
ROUNDS = 3
LOADS = (10, 20, 40, 60, 80)
"""Messages a second."""
LOAD_SECONDS = 8.0
LIMIT_SECONDS = 900
HOUSE = Path(__file__).parents[1]
Played = tuple[float | None, int]
"""Share and number."""
DURABLE = ("fsync=on", "listen_addresses=", "max_connections=100", "shared_buffers=128MB")


@dataclass
class Figures:
    per_second: list[float] = field(default_factory=list)
    worker_ms: list[float] = field(default_factory=list)
    """Processor time of the workers per report."""
    server_ms: list[float] = field(default_factory=list)
    """The same of PostgreSQL."""
    ours_ms: list[float] = field(default_factory=list)
    """The same of who plays with them."""
    p95_ms: dict[int, list[float]] = field(default_factory=dict)
    """By load."""


@asynccontextmanager
async def playing(
    server: postgres.Server, count: int, share: float | None = None
) -> AsyncIterator[tuple[Wire, list[psutil.Process]]]:
    """So many workers of a database of their own, which answer."""
    name = f"bench_{secrets.token_hex(4)}"
    server.create(name, postgres.MIGRATED)
    wire = Wire(PEOPLE)
    async with AsyncExitStack() as opened:
        await opened.enter_async_context(wire.open())
        folder = Path(opened.enter_context(tempfile.TemporaryDirectory()))
        await _prepare(server.url(name), wire)
        ports = [free_port() for _worker in range(count)]
        started = []
        for port in ports:
            environ = _environ(wire, server.url(name), folder, port, ports)
            process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "bot.cli", "run", cwd=HOUSE, env=environ, stderr=asyncio.subprocess.DEVNULL
            )
            if share:
                opened.enter_context(held(share)).write_text(str(process.pid))
            opened.push_async_callback(_ended, process)
            started.append(psutil.Process(process.pid))
        wire.doors = [f"http://127.0.0.1:{port}" for port in ports]
        await _answering(wire.doors, started)
        # The first reports make everybody's connections and prepare their statements.
        await asyncio.gather(*(wire.report(one) for one in wire.people.values()))
        yield wire, started


async def _ended(process: asyncio.subprocess.Process) -> None:
    if process.returncode is None:
        process.terminate()
    await process.wait()


async def _answering(doors: Sequence[str], workers: Sequence[psutil.Process]) -> None:
    async with ClientSession() as session:
        for door in doors:
            while True:
                assert all(one.is_running() and one.status() != psutil.STATUS_ZOMBIE for one in workers), (
                    "one has ended"
                )
                try:
                    async with session.get(f"{door}/health"):
                        break
                except ClientError:
                    await asyncio.sleep(0.1)
    await asyncio.sleep(3)  # until each has its part


async def as_fast_as_they_can(server: postgres.Server, count: int, share: float | None, figures: Figures) -> None:
    async with playing(server, count, share) as (wire, workers):
        before, began = _used(server, workers), time.perf_counter()
        await asyncio.gather(*(_several(wire, one) for one in wire.people))
        seconds, after = time.perf_counter() - began, _used(server, workers)
        reports = PEOPLE * REPORTS_EACH
        figures.per_second.append(reports / seconds)
        for into, used, had in zip((figures.worker_ms, figures.server_ms, figures.ours_ms), after, before, strict=True):
            into.append((used - had) * 1000 / reports)


async def _several(wire: Wire, person: int) -> None:
    for _report in range(REPORTS_EACH):
        await wire.report(wire.people[person])


async def under_load(server: postgres.Server, count: int, figures: Figures) -> None:
    """Everybody taps at their own pace, so that together they write so many messages a second."""
    async with playing(server, count) as (wire, _workers):
        for load in LOADS:
            for one in wire.people.values():
                one.waits_ms.clear()
            until = time.perf_counter() + LOAD_SECONDS
            await asyncio.gather(*(_steadily(wire, one, PEOPLE / load, until) for one in wire.people))
            waits = [wait for one in wire.people.values() for wait in one.waits_ms]
            figures.p95_ms.setdefault(load, []).append(statistics.quantiles(waits, n=20)[18])


async def _steadily(wire: Wire, person: int, pause: float, until: float) -> None:
    await asyncio.sleep(pause * (person % PEOPLE) / PEOPLE)
    while time.perf_counter() < until:
        await wire.report(wire.people[person], pause)


def _used(server: postgres.Server, workers: Sequence[psutil.Process]) -> tuple[float, float, float]:
    """Processor seconds of workers, PostgreSQL and this process; what ended meanwhile is not counted."""
    head = psutil.Process(int((server.folder / "data" / "postmaster.pid").read_text().split()[0]))
    return _seconds(workers), _seconds([head, *head.children()]), _seconds([psutil.Process()])


def _seconds(processes: Sequence[psutil.Process]) -> float:
    return sum(sum(one.cpu_times()[:2]) for one in processes)


def _environ(wire: Wire, url: str, folder: Path, port: int, ports: Sequence[int]) -> dict[str, str]:
    path = folder / f"{port}.toml"
    path.write_text(
        f'[telegram]\napi_url = "{wire.url}"\npublic_url = "http://127.0.0.1:{ports[0]}"\n'
        "messages_per_second = 1000\nchat_messages_per_second = 1000\n"
        f'[database]\nurl = "{url}"\n[photos]\nstore = "{folder}/photos"\n[http]\nlisten = "127.0.0.1:{port}"\n'
    )
    return {**os.environ, "OBHVAT_TELEGRAM_TOKEN": TOKEN, "OBHVAT_CONFIG": str(path), "OBHVAT_SECRET_KEY": "k" * 40}


async def _prepare(url: str, wire: Wire) -> None:
    """Teams of so many people, with two cases for each of them."""
    now = datetime.now(UTC)
    database = await open_database(url)
    async with database.transaction() as tx:
        names = [f"Б-{n}" for n in range(1, PEOPLE // TEAM + 1)]
        for name in names:
            await teams.put(tx, name, "Бяла", "Бяла")
        ids = [(await teams.by_name(tx))[name.casefold()].id for name in names]
        for one in wire.people:
            await people.invite(tx, str(one), Invitation(MEMBER, ids[one // TEAM % len(ids)], "", "Човек"), now + DAY)
            joined = await people.join(tx, str(one), "telegram", str(one), str(one), "Човек", now)
            assert joined is not None
            await people.set_language(tx, joined.id, "bg")
            await people.accept(tx, joined.id, now)
        new = [
            NewCase("БЯ", "G1", "Бяла", "Бяла", f"ул. Дунав {n}", 2015, ids[n % len(ids)], "", None, str(n))
            for n in range(2 * PEOPLE)
        ]
        await new_cases.put(tx, new, NextStep("S11", "visit", now.date() + 7 * DAY), now)
    await database.close()


def _possible() -> Mapping[float | None, Sequence[int]]:
    """Of `WORKERS`, those that can be held as they shall be; that others cannot is said."""
    try:
        with held(SHARE):
            return WORKERS
    except NoShares as no:
        print(f"Only workers that have as much as they can have: {no}")
        return {None: WORKERS[None]}


async def main(plot: Path | None) -> None:
    figures = {(share, count): Figures() for share, counts in _possible().items() for count in counts}
    with postgres.running(DURABLE) as server:
        postgres.Databases(server)
        async with asyncio.timeout(LIMIT_SECONDS):
            for _round in range(ROUNDS):
                for (share, count), of in figures.items():
                    await as_fast_as_they_can(server, count, share, of)
            for count in WORKERS[None]:
                await under_load(server, count, figures[None, count])
    _print(figures)
    if plot:
        _draw(figures, plot)


def _draw(figures: Mapping[Played, Figures], path: Path) -> None:
    from matplotlib.figure import Figure

    drawn = Figure(figsize=(9, 3.6), layout="constrained")
    fast, soon = drawn.subplots(1, 2)
    for share in dict.fromkeys(share for share, _count in figures):
        counts = WORKERS[share]
        name = f"{share} of a core each" if share else "as much as they can have"
        rates = [statistics.mean(figures[share, count].per_second) for count in counts]
        [line] = fast.plot(counts, rates, "o-", label=name)
        alike = [rates[0] * count / counts[0] for count in counts]
        fast.plot(counts, alike, ":", color=line.get_color(), label="if each added as much")
    fast.set(title="Reports per second", xlabel="workers", xticks=WORKERS[None], ylim=(0, None))
    for count in WORKERS[None]:
        p95 = [statistics.mean(figures[None, count].p95_ms[load]) for load in LOADS]
        soon.plot(LOADS, p95, "o-", label=f"{count} worker" + "s" * (count > 1))
    soon.set(title="Tap to answer, 95th percentile (ms)", xlabel="messages a second", ylim=(0, None))
    for axes in (fast, soon):
        axes.legend(frameon=False, fontsize=8)
        axes.spines[["top", "right"]].set_visible(False)
    drawn.savefig(path, dpi=110)


def _print(figures: Mapping[Played, Figures]) -> None:
    heads = ("workers", "of a core", "reports/s", "ratio", "least", "worker ms", "server ms", "players ms")
    print("".join(head.rjust(11) for head in heads))
    for (share, count), of in figures.items():
        alone = figures[share, WORKERS[share][0]].per_second
        rate, *parts = (statistics.mean(x) for x in (of.per_second, of.worker_ms, of.server_ms, of.ours_ms))
        ratios = [mine / one for mine, one in zip(of.per_second, alone, strict=True)]
        print(
            f"{count:>11}{share or 'all':>11}{rate:>11.1f}{statistics.mean(ratios):>11.2f}{min(ratios):>11.2f}", end=""
        )
        print("".join(f"{part:>11.1f}" for part in parts))
    print("\ntap to answer, 95th percentile (ms), by messages a second")
    print(f"{'workers':>11}" + "".join(f"{load:>9}" for load in LOADS))
    for count in WORKERS[None]:
        p95 = figures[None, count].p95_ms
        print(f"{count:>11}" + "".join(f"{statistics.mean(p95[load]):>9.1f}" for load in LOADS))


if __name__ == "__main__":
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--plot", type=Path)
    asyncio.run(main(asked.parse_args().plot))
