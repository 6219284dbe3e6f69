"""Inbox and outbox against a model, in whatever order things happen; between any two steps the process may end."""

from __future__ import annotations

import asyncio
import tempfile
from collections import defaultdict
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from storage import inbox, outbox
from storage.database import Database, open_database
from storage.inbox import TRIES, Arrival, Arrived
from storage.outbox import BROADCAST, FAILED, NOTICE, REPLY, SENT, UNCERTAIN, WAITING, Call, Due, Result

START = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
FEW = settings(max_examples=25, stateful_step_count=30)


class OnFile(RuleBasedStateMachine):
    """A real file, and a clock that only the rules move."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.runner = asyncio.Runner()
        self.now = START
        self.database: Database = self.opened()

    def opened(self) -> Database:
        return self.runner.run(open_database(f"sqlite:///{self.folder.name}/obhvat.db"))

    def does(self, act: Any, *arguments: Any) -> Any:
        async def once() -> Any:
            async with self.database.transaction() as tx:
                return await act(tx, *arguments)

        return self.runner.run(once())

    @rule()
    def the_process_ends_and_lives_again(self) -> None:
        self.runner.run(self.database.close())
        self.database = self.opened()

    @rule(seconds=st.sampled_from([1, 5, 60]))
    def time_passes(self, seconds: int) -> None:
        self.now += timedelta(seconds=seconds)

    def teardown(self) -> None:
        self.runner.run(self.database.close())
        self.runner.close()
        self.folder.cleanup()


class Inbox(OnFile):
    """Every arrival is handled once, or set aside after three failures; of one person, in order."""

    def __init__(self) -> None:
        super().__init__()
        self.arrived: dict[str, list[int]] = defaultdict(list)
        self.keys: list[tuple[str, int]] = []
        self.handled: list[int] = []
        self.failures: dict[int, int] = defaultdict(int)

    @rule(sender=st.sampled_from(["ani", "bor", "vera"]))
    def something_arrives(self, sender: str) -> None:
        number = len(self.keys)
        self.keys.append((sender, number))
        self.arrived[sender].append(number)
        self.does(inbox.add, [Arrival("telegram", str(number), sender, {"n": number})], self.now)

    @rule(which=st.integers(0, 100))
    def it_arrives_once_more(self, which: int) -> None:
        if self.keys:
            sender, number = self.keys[which % len(self.keys)]
            self.does(inbox.add, [Arrival("telegram", str(number), sender, {"n": number})], self.now)

    @rule(good=st.lists(st.booleans(), min_size=6, max_size=6))
    def a_batch_is_handled(self, good: list[bool]) -> None:
        held: set[str] = set()
        done: list[Arrived] = []
        for row, well in zip(self.does(inbox.oldest, self.now, 6), good, strict=False):
            number = row.payload["n"]
            if row.sender in held:
                continue
            if well:
                done.append(row)
                self.handled.append(number)
            else:
                held.add(row.sender)
                self.failures[number] += 1
                aside = self.does(inbox.failed, row, "x", self.now)
                assert aside == (self.failures[number] == TRIES)
        self.does(inbox.done, done)

    @invariant()
    def nothing_is_handled_twice(self) -> None:
        assert len(self.handled) == len(set(self.handled))

    @invariant()
    def each_person_is_answered_in_order(self) -> None:
        for numbers in self.arrived.values():
            mine = [number for number in self.handled if number in numbers]
            assert mine == sorted(mine)

    @invariant()
    def what_was_neither_handled_nor_set_aside_still_waits(self) -> None:
        aside = {number for number, times in self.failures.items() if times == TRIES}
        left = {number for _sender, number in self.keys} - set(self.handled) - aside
        later = self.now + timedelta(days=1)
        assert {row.payload["n"] for row in self.does(inbox.oldest, later, 1000)} == left


class Outbox(OnFile):
    """What is to be said to a chat is said in its order and once, unless its outcome was never known."""

    def __init__(self) -> None:
        super().__init__()
        self.made: dict[int, tuple[str, int, str]] = {}
        self.ended: dict[int, str] = {}
        self.trying_again: dict[int, datetime] = {}

    @rule(
        chat=st.sampled_from(["1", "2"]),
        priority=st.sampled_from([REPLY, NOTICE, BROADCAST]),
        key=st.sampled_from(["", "", "album"]),
    )
    def something_is_to_be_said(self, chat: str, priority: int, key: str) -> None:
        number = len(self.made)
        for other, (where, _priority, its_key) in self.made.items():
            if key and (where, its_key) == (chat, key) and other not in self.ended:
                self.ended[other] = "cancelled"
        self.made[number] = (chat, priority, key)
        self.does(
            outbox.add, [Call("telegram", chat, "sendMessage", {"n": number}, priority, cancel_key=key)], self.now
        )

    @rule(how=st.sampled_from([SENT, SENT, SENT, FAILED, UNCERTAIN, WAITING]))
    def the_first_due_call_ends(self, how: str) -> None:
        due: list[Due] = self.does(outbox.due, self.now, 100)
        if not due:
            return
        row = due[0]
        number = row.payload["n"]
        chat, priority, _key = self.made[number]
        before = [n for n, (c, p, _k) in self.made.items() if (c, p) == (chat, priority) and n < number]
        assert set(before) <= set(self.ended), "something said earlier to this chat was overtaken"
        again = self.now + timedelta(seconds=30) if how == WAITING else None
        self.does(outbox.record, [Result(row, how, again_at=again)], self.now)
        if again:
            self.trying_again[number] = again
        else:
            self.trying_again.pop(number, None)
            self.ended[number] = how

    @invariant()
    def what_has_not_ended_still_waits(self) -> None:
        far = self.now + timedelta(days=1)
        waiting = {row.payload["n"] for row in self.does(outbox.due, far, 1000)}
        assert waiting == set(self.made) - set(self.ended)

    @invariant()
    def nothing_is_said_to_a_chat_that_must_wait(self) -> None:
        held = {self.made[n][0] for n, at in self.trying_again.items() if n not in self.ended and at > self.now}
        assert held.isdisjoint(row.chat for row in self.does(outbox.due, self.now, 1000))


TestInbox = Inbox.TestCase
TestInbox.settings = FEW
TestOutbox = Outbox.TestCase
TestOutbox.settings = FEW
