"""The third stage: due rows of the outbox become calls, at the pace the messenger allows."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

import structlog
from telegram import Bot
from telegram.error import BadRequest, Forbidden, NetworkError, RetryAfter, TelegramError, TimedOut

from bot.channels import telegram
from bot.pace import Pace, Rate
from storage import outbox
from storage.database import Database, Tx, to_micros
from storage.outbox import FAILED, REPLY, SENT, UNCERTAIN, WAITING, Call, Due, Result

log = structlog.get_logger()
LOOK_AHEAD = 200
AT_ONCE = 16
LONGEST_BACKOFF = timedelta(minutes=5)
IDEMPOTENT = {"editMessageText", "deleteMessage"}
GONE = ("message to edit not found", "message can't be edited")
NOTHING_LEFT_TO_DO = ("message is not modified", "message to delete not found", "message can't be deleted")


class Deliverer:
    def __init__(
        self,
        bot: Bot,
        database: Database,
        now: Callable[[], datetime],
        answered: asyncio.Event,
        lost: Callable[[Tx, str, str, datetime], Awaitable[None]],
        per_second: int,
    ) -> None:
        self._bot = bot
        self._database = database
        self._now = now
        self._answered = answered
        self._lost = lost
        self._pace = Pace(time.monotonic, Rate(per_second, max(1, per_second - 3)))

    async def run(self) -> None:
        while True:
            self._answered.clear()
            pause = await self.one_round()
            if pause == 0:
                continue
            try:
                async with asyncio.timeout(pause):
                    await self._answered.wait()
            except TimeoutError:
                continue

    async def one_round(self) -> float | None:
        """Makes the calls that may be made now; the seconds until more may be, None when nothing waits."""
        now = self._now()
        async with self._database.reading() as tx:
            waiting = await outbox.due(tx, now, LOOK_AHEAD)
            at = None if waiting else await outbox.next_at(tx)
        if not waiting:
            return None if at is None else max(0.01, (at - to_micros(now)) / 1e6)
        ready, pause = self._ready(waiting)
        if not ready:
            return max(0.005, pause)
        results = await asyncio.gather(*(self._call(row) for row in ready))
        async with self._database.transaction() as tx:
            await outbox.record(tx, results, self._now())
            for result in results:
                await self._follow(tx, result)
        return 0

    def _ready(self, waiting: list[Due]) -> tuple[list[Due], float]:
        """At most one call to a chat, in its order; and how long until the first of the others is free."""
        ready: list[Due] = []
        chats: set[str] = set()
        pause = 1.0
        for row in waiting:
            if row.chat in chats or len(ready) >= AT_ONCE:
                continue
            chats.add(row.chat)
            free_in = self._pace.free_at(row.chat, row.method) - time.monotonic()
            if free_in <= 0:
                self._pace.spend(row.chat, row.method)
                ready.append(row)
            else:
                pause = min(pause, free_in)
        return ready, pause

    async def _call(self, row: Due) -> Result:
        try:
            return Result(row, SENT, await telegram.perform(self._bot, row))
        except TelegramError as refused:
            return self._refused(row, refused)

    def _refused(self, row: Due, error: TelegramError) -> Result:
        said = str(error)
        match error:
            case RetryAfter():
                seconds = _seconds(error)
                self._pace.bar(row.chat, seconds)
                return Result(row, WAITING, error=said, again_at=self._now() + timedelta(seconds=seconds))
            case BadRequest() if said.casefold().startswith(NOTHING_LEFT_TO_DO):
                return Result(row, SENT)
            case TimedOut() if row.method not in IDEMPOTENT and (row.priority != REPLY or row.tries):
                # It may have been delivered: a summary is not repeated, a question is once.
                return Result(row, UNCERTAIN, error=said)
            case NetworkError() if not isinstance(error, BadRequest):
                wait = min(LONGEST_BACKOFF, timedelta(seconds=2 ** min(row.tries, 12)))
                return Result(row, WAITING, error=said, again_at=self._now() + wait)
        log.warning("a call was refused", method=row.method, why=said)
        return Result(row, FAILED, error=f"{type(error).__name__}: {said}")

    async def _follow(self, tx: Tx, result: Result) -> None:
        row, now = result.row, self._now()
        if result.state == FAILED and result.error.startswith(Forbidden.__name__):
            await self._lost(tx, row.channel, row.chat, now)
        if result.state == FAILED and row.method == "editMessageText" and _says(result.error, GONE):
            payload = {name: value for name, value in row.payload.items() if name != "message_id"}
            await outbox.add(tx, [Call(row.channel, row.chat, "sendMessage", payload, row.priority)], now)
        if result.state == SENT and row.vanish_after and result.message:
            gone = {"chat_id": int(row.chat), "message_id": int(result.message)}
            at = now + timedelta(seconds=row.vanish_after)
            await outbox.add(tx, [Call(row.channel, row.chat, "deleteMessage", gone, not_before=at)], now)


def _says(error: str, phrases: tuple[str, ...]) -> bool:
    return any(phrase in error.casefold() for phrase in phrases)


def _seconds(error: RetryAfter) -> float:
    after = error._retry_after
    return float(after.total_seconds())
