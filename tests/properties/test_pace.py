"""However people tap, the messenger is never asked for more than it allows, and nobody waits without need."""

from __future__ import annotations

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


def test_an_edit_waits_only_when_the_chat_is_barred() -> None:
    pace = Pace(lambda: 10.0, Rate(1, 1))
    pace.spend("1", "sendMessage")
    assert pace.free_at("1", "editMessageText") <= 10
    assert pace.free_at("2", "sendMessage") > 10
    pace.bar("1", 60)
    assert pace.free_at("1", "editMessageText") == 70
    assert pace.free_at("2", "editMessageText") <= 10
