"""However people tap, the messenger is never asked for more than it allows, and nobody waits without need."""

from __future__ import annotations

import math

from hypothesis import given
from hypothesis import strategies as st

from bot.pace import CHAT_BURST, Pace, Rate

CALLS = st.lists(st.tuples(st.floats(0, 0.4), st.sampled_from(["1", "2", "3"])), max_size=60)


def made(calls: list[tuple[float, str]], whole: Rate) -> list[tuple[float, str]]:
    """When each call goes out, one after the other as the pace allows."""
    clock = 0.0
    pace = Pace(lambda: clock, whole)
    sent = []
    for after, chat in calls:
        clock = max(clock + after, pace.free_at(chat, "sendMessage"))
        pace.spend(chat, "sendMessage")
        pace.answered("sendMessage")
        sent.append((clock, chat))
    return sent


@given(CALLS)
def test_no_chat_gets_more_than_its_burst_and_one_a_second(calls: list[tuple[float, str]]) -> None:
    sent = made(calls, Rate(1000, 1000))
    for chat in ("1", "2", "3"):
        times = [at for at, whom in sent if whom == chat]
        for first in range(len(times)):
            for last in range(first, len(times)):
                assert last - first + 1 <= CHAT_BURST + (times[last] - times[first]) + 1e-6


@given(CALLS)
def test_over_all_chats_no_more_than_the_rate(calls: list[tuple[float, str]]) -> None:
    times = [at for at, _chat in made(calls, Rate(5, 2))]
    for first in range(len(times)):
        for last in range(first, len(times)):
            assert last - first + 1 <= 2 + 5 * (times[last] - times[first]) + 1e-6


FLOWS = st.lists(st.floats(0.05, 3), min_size=2, max_size=8)
"""For so long nothing comes through, then all that was held up and what follows, for so long; and so on."""


@given(FLOWS)
def test_however_calls_are_held_up_the_messenger_counts_no_more_than_it_allows(flows: list[float]) -> None:
    """As many wait as can go. By the rate alone what is held up for a second and then let through is too many."""
    clock, answers, arrived = 0.0, list[float](), list[float]()
    pace = Pace(lambda: clock, Rate(10, 5), chat_per_second=1000)
    while clock < sum(flows):
        if (free := pace.free_at("1", "sendMessage")) <= clock:
            pace.spend("1", "sendMessage")
            arrived.append(_comes_through(clock, flows))
            answers.append(arrived[-1] + 0.01)
            continue
        clock = min([free, *answers])
        while answers and answers[0] <= clock:
            answers.pop(0)
            pace.answered("sendMessage")
    assert all(later - one >= 1 - 1e-6 for one, later in zip(arrived, arrived[10:], strict=False))


def _comes_through(begun: float, flows: list[float]) -> float:
    end = 0.0
    for n, seconds in enumerate(flows):
        end += seconds
        if begun < end:
            return begun if n % 2 else end
    return begun


def test_what_waits_for_an_answer_goes_as_soon_as_the_messenger_can_count_it() -> None:
    clock = 0.0
    pace = Pace(lambda: clock, Rate(2, 2))
    for chat in ("1", "2"):
        pace.spend(chat, "sendMessage")
    clock = 5.0
    assert pace.free_at("3", "sendMessage") == math.inf
    pace.answered("sendMessage")
    assert pace.free_at("3", "sendMessage") == 6.0
    pace.answered("editMessageText")
    clock = 6.0
    pace.spend("3", "sendMessage")
    assert pace.free_at("4", "sendMessage") == math.inf


SHARES = st.lists(st.tuples(st.floats(0, 3), st.integers(0, 64)), max_size=6)
"""After so many seconds, the first of two workers has so many of 64 lanes, and the second one the others."""


@given(st.integers(0, 64), SHARES)
def test_two_workers_together_send_no_more_than_one_would(first: int, changes: list[tuple[float, int]]) -> None:
    """However their shares change meanwhile, with as much waiting in both as can go; a turn more for each, at most."""
    clock = 0.0
    both = [Pace(lambda: clock, Rate(5, 4)) for _worker in range(2)]
    sent, parts = list[float](), [0, 0]
    for pace in both:
        pace.share(0)
    for after, lanes in [(0.0, first), *changes, (3.0, 0)]:
        until = clock + after
        while (ready := _soonest(both, parts, clock)) is not None and ready[0] <= until:
            clock, at = ready
            both[at].spend(f"{len(sent)}", "sendMessage")
            both[at].answered("sendMessage")
            sent.append(clock)
        clock, parts = until, [lanes, 64 - lanes]
        for pace, part in zip(both, parts, strict=True):
            pace.share(part / 64)
    for one in range(len(sent)):
        for other in range(one, len(sent)):
            assert other - one + 1 <= 4 + 2 + 5 * (sent[other] - sent[one]) + 1e-6


def _soonest(both: list[Pace], parts: list[int], clock: float) -> tuple[float, int] | None:
    """When the next of those that have a part may send, and which one."""
    free = [(max(clock, pace.free_at("new", "sendMessage")), n) for n, pace in enumerate(both) if parts[n]]
    return min(free, default=None)


def test_an_edit_waits_only_when_the_chat_is_barred() -> None:
    pace = Pace(lambda: 10.0, Rate(1, 1))
    pace.spend("1", "sendMessage")
    assert pace.free_at("1", "editMessageText") <= 10
    assert pace.free_at("2", "sendMessage") > 10
    pace.bar("1", 60)
    assert pace.free_at("1", "editMessageText") == 70
    assert pace.free_at("2", "editMessageText") <= 10
