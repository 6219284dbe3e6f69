"""Feeding one parser: each input has a second of processor time, and what it takes of memory is measured.

What a newcomer gets wrong: input 17 of a seed is the same whoever makes it and whatever came before, so a parser can be
given to several processes, and any input can be played again alone.
"""

from __future__ import annotations

import faulthandler
import math
import resource
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from random import Random
from typing import Any

from tests.fuzz.parsers import PARSERS, Feed, Parser

WITHIN = 1.0
"""Seconds of processor time for one input; by the clock it would be the other programs of the machine that hang."""
TRIES = 3
"""So often a slow one is tried: a machine may be slow for a moment."""
GIVEN_UP = 60
"""Seconds by the clock after which a process is ended that waits, or in which not even the alarm is heard."""
PUT_OFF = 10
"""Seconds for which that is not put off again: to do so takes longer than many an input."""
MOST_MEMORY = 400_000_000
"""Bytes that a process may take beyond what it has when it begins; a picture of forty megapixels takes 250."""
ADDRESSES = 2_000_000_000
"""Bytes of addresses beyond those: more is refused to it, so that the machine is not."""


class Hang(BaseException):
    """Not an Exception, so that no parser takes it for one of its own."""


@dataclass
class Figures:
    name: str
    inputs: int = 0
    refused: int = 0
    seconds: float = 0
    slowest: float = 0
    slowest_input: int = -1
    memory: int = 0
    """Bytes at the peak, beyond what there was at the beginning."""
    crashes: list[tuple[int, str]] = field(default_factory=list)

    def add(self, other: Figures) -> None:
        self.inputs += other.inputs
        self.refused += other.refused
        self.seconds += other.seconds
        self.memory = max(self.memory, other.memory)
        self.crashes += other.crashes
        if other.slowest > self.slowest:
            self.slowest, self.slowest_input = other.slowest, other.slowest_input


def made(name: str, seed: int, number: int) -> bytes:
    return PARSERS[name].make(Random(f"{seed} {name} {number}"))


def play(name: str, seed: int, numbers: range, at: Callable[[int], Any] = lambda number: None) -> Figures:
    """`at` is told of each input before it is fed: who asks knows where a process stood that is gone."""
    parser = PARSERS[name]
    told = Figures(name)
    with parser.opens() as feed, _watched():
        for number in numbers[:3]:  # what is imported or laid up at the first use is no input's doing
            _timed(parser, feed, made(name, seed, number))
        before = _peak()
        for number in numbers:
            at(number)
            _one(parser, feed, made(name, seed, number), number, told)
        told.memory = _peak() - before
    return told


def _one(parser: Parser, feed: Feed, content: bytes, number: int, told: Figures) -> None:
    seconds, outcome = _timed(parser, feed, content)
    tries = 1
    while seconds > WITHIN and tries < TRIES:
        again, outcome = _timed(parser, feed, content)
        seconds, tries = min(seconds, again), tries + 1
    if seconds > WITHIN:
        outcome = f"a hang: {seconds:.2f} s"
    told.inputs += 1
    told.seconds += seconds
    told.refused += outcome == REFUSED
    if outcome not in ("", REFUSED):
        told.crashes.append((number, outcome))
    if seconds > told.slowest:
        told.slowest, told.slowest_input = seconds, number


REFUSED = "refused"


def _timed(parser: Parser, feed: Feed, content: bytes) -> tuple[float, str]:
    _put_off_giving_up()
    signal.setitimer(signal.ITIMER_PROF, WITHIN + 0.1)
    began = time.process_time()
    try:
        outcome = fed(parser, feed, content)
    except Hang:
        outcome = "a hang"
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
    return time.process_time() - began, outcome


_put_off_at = -math.inf


def _put_off_giving_up() -> None:
    global _put_off_at
    if time.monotonic() - _put_off_at > PUT_OFF:
        _put_off_at = time.monotonic()
        faulthandler.dump_traceback_later(GIVEN_UP, exit=True)


def fed(parser: Parser, feed: Feed, content: bytes) -> str:
    """How it came out: nothing, refused, or what it broke with."""
    try:
        feed(content)
    except parser.refuses:
        return REFUSED
    except Exception as crash:
        return f"{type(crash).__name__}: {str(crash)[:200]}"
    return ""


@contextmanager
def _watched() -> Iterator[None]:
    global _put_off_at

    def ring(_signal: int, _frame: Any) -> None:
        raise Hang

    was = signal.signal(signal.SIGPROF, ring)
    try:
        yield
    finally:
        faulthandler.cancel_dump_traceback_later()
        _put_off_at = -math.inf
        signal.signal(signal.SIGPROF, was)


def bounded() -> None:
    """This process gets no more addresses than it has and `ADDRESSES`."""
    with open("/proc/self/statm") as file:
        has = int(file.read().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (has + ADDRESSES,) * 2)


def _peak() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
