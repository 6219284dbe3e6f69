"""`/health` for whoever asks whether the bot works, `/metrics` for Prometheus. Figures only: nothing of anybody."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from importlib.metadata import version
from math import nan

from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST, Metric, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from bot.watch.judge import Ailment, Signs, ailments
from bot.watch.meters import Meters
from bot.watch.watchdog import Watchdog
from storage import queues

NOT_OK = 503


class Pages:
    def __init__(self, watchdog: Watchdog, meters: Meters) -> None:
        self._watchdog = watchdog
        self._meters = meters

    def routes(self) -> list[web.RouteDef]:
        return [web.get("/health", self.health), web.get("/metrics", self.metrics)]

    async def health(self, _request: web.Request) -> web.StreamResponse:
        """200 when the bot does its work; else 503, and why."""
        signs = await self._watchdog.measuring.signs()
        reasons = [one for one in ailments(signs, self._watchdog.limits) if one.stops_work]
        body = {"ok": not reasons, "reasons": [_reason(one, signs) for one in reasons], "version": version("obhvat")}
        return web.json_response(body, status=NOT_OK if reasons else 200)

    async def metrics(self, _request: web.Request) -> web.StreamResponse:
        signs = await self._watchdog.measuring.signs()
        waiting = await queues.not_out(self._watchdog.measuring.database.glance())
        ailing = ailments(signs, self._watchdog.limits)
        now = _Now([*self._meters.registry.collect(), *_queues(signs, waiting), *_machine(signs), _alarms(ailing)])
        return web.Response(body=generate_latest(now), headers={"Content-Type": CONTENT_TYPE_LATEST})


class _Now(Collector):
    """What was counted, and what was measured just now, as one text."""

    def __init__(self, families: Iterable[Metric]) -> None:
        self._families = families

    def collect(self) -> Iterable[Metric]:
        return self._families


def _queues(signs: Signs, waiting: Mapping[tuple[str, str], int]) -> Iterator[Metric]:
    inbox = GaugeMetricFamily("obhvat_inbox_messages", "Updates in the inbox that are not done", labels=["state"])
    for state, count in signs.inbox.items():
        inbox.add_metric([state], count)
    yield inbox
    yield _gauge("obhvat_inbox_oldest_seconds", "Age of the oldest update that waits", _age(signs, signs.inbox_since))
    outbox = GaugeMetricFamily("obhvat_outbox_messages", "Calls not made yet", labels=["channel", "state"])
    for key, count in waiting.items():
        outbox.add_metric(key, count)
    yield outbox
    oldest = GaugeMetricFamily(
        "obhvat_outbox_oldest_seconds", "Since the oldest call could be made", labels=["channel"]
    )
    for channel, going in signs.going.items():
        oldest.add_metric([channel], _age(signs, going.since))
    yield oldest
    silent = GaugeMetricFamily("obhvat_silent_seconds", "Since the messenger was last listened to", labels=["channel"])
    for channel, felt in signs.felt.items():
        if felt.silent_for is not None:
            silent.add_metric([channel], felt.silent_for.total_seconds())
    yield silent


def _machine(signs: Signs) -> Iterator[Metric]:
    backup = nan if signs.backed_up_at is None else _age(signs, signs.backed_up_at)
    yield _gauge("obhvat_backup_age_seconds", "Age of the last backup, NaN when there is none", backup)
    yield _gauge(
        "obhvat_disk_free_bytes", "On the fuller of the disks of database and photos", signs.disk_free_mb * 1e6
    )
    yield _gauge(
        "obhvat_database_written_seconds", "Since the database was last written to", _seconds(signs.written_ago)
    )
    built = GaugeMetricFamily("obhvat_build_info", "Which version runs", labels=["version"])
    built.add_metric([version("obhvat")], 1)
    yield built


def _alarms(ailing: Sequence[Ailment]) -> Metric:
    family = GaugeMetricFamily("obhvat_alarm", "What is wrong", labels=["what"])
    for one in ailing:
        family.add_metric([one.what], 1)
    return family


def _reason(one: Ailment, signs: Signs) -> dict[str, str | int]:
    return {
        "what": one.what,
        "since": one.since.isoformat(),
        "seconds": int(_age(signs, one.since)),
        "count": one.count,
    }


def _gauge(name: str, said: str, value: float) -> Metric:
    return GaugeMetricFamily(name, said, value)


def _age(signs: Signs, since: datetime | None) -> float:
    return _seconds(signs.at - since) if since else 0.0


def _seconds(time: timedelta) -> float:
    return time.total_seconds()
