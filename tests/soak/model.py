"""What must be true, known from what people were told and from nothing that the bot keeps; then compared with its file.

What a newcomer gets wrong: a message may come twice, for neither messenger takes a key with a call. Nothing else may.
"""

from __future__ import annotations

import json
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

from tests.engines import engine

Read = Callable[[str], list[tuple[Any, ...]]]

UNREACHED = re.compile(r"(?:^|\n)(\S.*?) \(.*?\) вече не получава съобщенията ми")
HELP = "Цял доклад на един ред: "


@dataclass(frozen=True)
class Receipt:
    """A report that somebody was told is saved."""

    number: int
    case: str
    outcome: str
    attempt: int
    photos: int


@dataclass
class Model:
    telegram: int = 0
    viber: int = 0
    """So many updates people have made, on each messenger."""
    receipts: dict[int, Receipt] = field(default_factory=dict)
    messages: int = 0
    repeated: int = 0
    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    astray: Counter[str] = field(default_factory=Counter)
    """What somebody heard although nothing they did asked for it, by its first words."""
    left: set[tuple[str, date]] = field(default_factory=set)
    """Who blocked the bot, on what day. All of them are back."""
    overtaken: int = 0
    """So often what somebody said first was delivered after what they said next."""
    helped: Counter[int] = field(default_factory=Counter)
    """By member, how often they asked for help."""
    _under_way: int = 0
    _earlier: dict[int, set[str]] = field(default_factory=lambda: defaultdict(set))
    _heard: dict[int, set[str]] = field(default_factory=lambda: defaultdict(set))

    # -- while the week goes on ----------------------------------------------------------------------

    @contextmanager
    def busy(self) -> Iterator[None]:
        self._under_way += 1
        yield
        self._under_way -= 1

    @property
    def is_idle(self) -> bool:
        """Nobody has anything left to do at this hour."""
        return self._under_way == 0

    def begun(self, member: int) -> None:
        """A new report: what is asked from now on may be what was asked before."""
        self._earlier[member], self._heard[member] = self._heard[member], set()

    def heard(self, member: int, text: str, *, expected: bool) -> None:
        self.messages += 1
        known = text in self._heard[member] or (not expected and text in self._earlier[member])
        self.repeated += known
        if not known and not expected:
            self.astray[text[:40]] += 1
        self._heard[member].add(text)

    def confirmed(self, receipt: Receipt) -> None:
        self.receipts[receipt.number] = receipt

    # -- when it is over -----------------------------------------------------------------------------

    def compare(self, folder: Path) -> None:
        """With what the bot has kept."""
        assert engine.is_whole(folder)
        read = partial(engine.read, folder)
        self._reports(read)
        self._photos(read, folder / "photos")
        self._way_of_messages(read)
        back = "SELECT p.name, i.channel FROM identity i JOIN person p ON p.id = i.person_id WHERE i.reachable = 0"
        self._apart(self.lost, "somebody who is back and told nothing", read(back))

    def _reports(self, read: Read) -> None:
        kept = {
            number: Receipt(number, f"{prefix}-{running:03}", outcome, json.loads(report)["attempt"], photos)
            for number, prefix, running, outcome, report, photos in read(
                "SELECT v.id, c.prefix, c.running, v.outcome, v.report, "
                "(SELECT count(*) FROM media m WHERE m.visit_id = v.id) "
                "FROM visit v JOIN child_case c ON c.id = v.case_id"
            )
        }
        self._apart(self.lost, "report", (one for one in self.receipts.values() if kept.get(one.number) != one))
        self._apart(self.doubled, "report", (one for number, one in kept.items() if number not in self.receipts))
        [[versions]] = read("SELECT count(*) FROM visit_version")
        [[attempts]] = read("SELECT sum(attempts) FROM child_case")
        if (versions, attempts) != (len(kept), len(kept)):
            self.doubled.append(f"{len(kept)} reports, {versions} versions, {attempts} attempts")

    def _photos(self, read: Read, folder: Path) -> None:
        self._apart(self.lost, "photo", read("SELECT id, state, error FROM media WHERE state <> 'stored'"))
        stored = read("SELECT stored_as FROM media WHERE state = 'stored'")
        self._apart(self.lost, "picture", (key for (key,) in stored if not (folder / key).is_file()))

    def _way_of_messages(self, read: Read) -> None:
        self._apart(self.lost, "update", read("SELECT id, state, error FROM inbox WHERE state <> 'done'"))
        failed = "SELECT id, method, error FROM outbox WHERE state NOT IN ('sent', 'cancelled', 'unreachable')"
        self._apart(self.lost, "message", read(failed))
        self._apart(self.lost, "open conversation", read("SELECT id FROM journal"))
        for channel, like, made in (("telegram", "%", self.telegram), ("viber", "message.%", self.viber)):
            [[kept]] = read(f"SELECT count(*) FROM inbox WHERE channel = '{channel}' AND arrival LIKE '{like}'")
            if kept != made:
                into = self.lost if kept < made else self.doubled
                into.append(f"{channel}: {made} updates were made, {kept} are kept")

    def compare_told(self, name: str, told: Iterable[str], days: Iterable[date]) -> None:
        """A summary of each of these days, and one of a day, as its first line says; the same may have come twice."""
        texts: dict[str, set[str]] = defaultdict(set)
        for text in told:
            self.messages += 1
            head = text.partition("\n")[0]
            self.repeated += text in texts[head]
            texts[head].add(text)
        missed = (day for day in days if not any(f"{day.day}.{day:%m.%Y}" in head for head in texts))
        self._apart(self.lost, f"summary of {name}", missed)
        self._apart(self.doubled, f"summary of {name}", (head for head, said in texts.items() if len(said) > 1))

    @staticmethod
    def put_off(folder: Path) -> list[str]:
        """What was too much for one day and is kept for a morning after the last one."""
        bodies = engine.read(folder, "SELECT body FROM notice WHERE folded_on > '' AND body LIKE '%gets my messages%'")
        named = [re.search(r'"who": "(.*?)".*"place": "(.*?)"', body) for (body,) in bodies]
        return [f"{one[1]} ({one[2]}) вече не получава съобщенията ми" for one in named if one]

    def compare_left(self, coordinator: str, told: Iterable[str]) -> None:
        """Their coordinator has heard of each who left, and of nobody else."""
        heard = Counter(found[1] for text in told for found in UNREACHED.finditer(text))
        days = Counter(name for name, _day in self.left)
        self._apart(self.lost, f"{coordinator} did not hear that one left", (days - heard).elements())
        self._apart(self.doubled, f"{coordinator} heard that one left who did not", heard.keys() - days.keys())

    def compare_helped(self, member: int, told: Iterable[str]) -> None:
        answers = sum(text.startswith(HELP) for text in told)
        if answers < self.helped[member]:
            self.lost.append(f"member {member} asked for help {self.helped[member]} times, was answered {answers}")

    @staticmethod
    def _apart(into: list[str], what: str, those: Iterable[Any]) -> None:
        into.extend(f"{what}: {one}" for one in those)
