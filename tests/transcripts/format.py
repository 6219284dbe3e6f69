"""A transcript: a chat that a person reads and the player plays. One block a paragraph:

    # What the chat shows; may stand before any step.
    > Мила: 14 никой                    somebody says something; a verb before the colon does something else
    > Мила праща наведнъж: 14 никой + 2 снимки + място      all before the bot can answer
    ✗ Мила натиска: Запази              the same, and the bot does not take it
    -- сряда, 25 ноември, 09:00 --      the clock moves
    == ботът спира ==                   something befalls the bot, its messenger or its disk
    | Записано.                         one message of the bot, whole
    | … 12                              twelve lines that stood there when this was asked the last time
    | [Меню] [Помощ]                    its buttons, row by row
    | → Лидия                           as the first line: to somebody else than who did the step

What a newcomer gets wrong: the messages are compared to the letter; `…` is written for the eye and unfolded when the
file is read. `VERBS` and `THINGS` are all that can be done, `EVENTS` all that can befall.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import groupby

VERBS = {
    "bg": {
        "": "says",
        "натиска": "taps",
        "натиска два пъти": "taps twice",
        "показва": "shows",
        "праща": "sends",
        "праща наведнъж": "sends at once",
        "отваря покана": "opens",
        "поправя съобщението си на": "edits",
        "блокира": "blocks",
        "отблокира": "unblocks",
        "изтрива": "deletes",
    },
    "en": {
        "": "says",
        "taps": "taps",
        "taps twice": "taps twice",
        "shows": "shows",
        "sends": "sends",
        "sends at once": "sends at once",
        "opens the invitation": "opens",
        "changes the message to": "edits",
        "blocks": "blocks",
        "unblocks": "unblocks",
        "deletes": "deletes",
    },
}
THINGS = {
    "bg": {"стикер": "sticker", "гласово съобщение": "voice", "визитка": "contact", "файл": "file", "място": "place",
           "списъка в риск": "at_risk", "нещо непознато": "nonsense"},
    "en": {"a sticker": "sticker", "a voice message": "voice", "a contact": "contact", "a file": "file",
           "a place": "place", "the at-risk list": "at_risk", "something unknown": "nonsense"},
}  # fmt: skip
EVENTS = {
    "bg": {"ботът спира": "stops", "ботът тръгва": "starts", "връзката с месинджъра прекъсва": "loses touch",
           "връзката с месинджъра се връща": "regains touch", "месинджърът изхвърля чакащото": "drops",
           "дискът се пълни": "fills", "на диска пак има място": "empties"},
    "en": {"the bot stops": "stops", "the bot starts": "starts", "the messenger cannot be reached": "loses touch",
           "the messenger is reached again": "regains touch", "the messenger drops what waits": "drops",
           "the disk is full": "fills", "the disk has room again": "empties"},
}  # fmt: skip
ASIDES = {
    "bg": {"picture": "(картинка)", "file": "(файл {name})", "gone": "(изтрито)", "buttons": "(само бутони)"},
    "en": {"picture": "(picture)", "file": "(file {name})", "gone": "(deleted)", "buttons": "(only buttons)"},
}
"""How a message of the bot that is no text is written; what is deleted keeps its words below."""

FOLDED_FROM = 4
_FOLD = re.compile(r"\| … (\d+)")
_DEED = re.compile(r"([>✗]) (\w+)(?: ([^:]+))?: (.+)")
_MOMENT = re.compile(r"-- (.+) --")
_EVENT = re.compile(r"== (.+) ==")
_CODE = re.compile(r"(start|context)=([\w-]+)")
_LONG = re.compile(r"\((\d+) × (.+?)\)")
_PHOTOS = re.compile(r"(?:(\d+) (?:снимки|photos)|снимка|a photo)(?: [„\"](.+)[“\"])?")


class Unwritten(ValueError):
    """A line that is no part of a transcript; the message names it."""


@dataclass(frozen=True)
class Deed:
    """What a person does. `taken` is False when the bot is not to take it as an answer."""

    who: str
    verb: str
    what: str
    taken: bool


@dataclass(frozen=True)
class Heard:
    """One message of the bot as the person sees it. `form` is `text` or a key of `ASIDES`."""

    text: str
    rows: tuple[tuple[str, ...], ...] = ()
    form: str = "text"
    name: str = ""


@dataclass(frozen=True)
class Step:
    """A deed, a moment or an event, the notes above it, and the bot's messages below, each a block of `|` lines."""

    line: str
    notes: tuple[str, ...] = ()
    answers: tuple[str, ...] = ()
    instead: str = ""
    """What was done in place of the deed, where a messenger does not know it; never written down."""

    @property
    def moment(self) -> str:
        """`сряда, 25 ноември, 09:00`; empty for a deed."""
        found = _MOMENT.fullmatch(self.line)
        return found[1] if found else ""

    def event(self, language: str) -> str:
        """A value of `EVENTS`; empty for everything else."""
        found = _EVENT.fullmatch(self.line)
        return EVENTS[language].get(found[1], "") if found else ""

    @property
    def is_deed(self) -> bool:
        return not self.line.startswith(("--", "=="))

    def deed(self, language: str) -> Deed:
        found = _DEED.fullmatch(self.line)
        verb = VERBS[language].get(found[3] or "") if found else None
        if found is None or verb is None:
            raise Unwritten(self.line)
        what = THINGS[language].get(found[4], found[4]) if verb == "sends" else _long(found[4])
        return Deed(found[2], verb, what, found[1] == ">")


def read(text: str) -> list[Step]:
    """The steps with whole answers. Raises Unwritten for what is no part of a transcript."""
    steps: list[Step] = []
    notes: tuple[str, ...] = ()
    memory = Memory()
    for block in text.strip("\n").split("\n\n"):
        if block.startswith("#"):
            notes = (*notes, block)
        elif not block.startswith("|"):
            steps.append(Step(block, notes))
            notes = ()
        elif steps and not notes:
            answer = memory.unfolded(steps[-1], block)
            steps[-1] = replace(steps[-1], answers=(*steps[-1].answers, answer))
        else:
            raise Unwritten(block)
    if notes:
        raise Unwritten(notes[-1])
    return steps


def write(steps: list[Step]) -> str:
    memory = Memory()
    blocks: list[str] = []
    for step in steps:
        blocks += [*step.notes, step.line, *(memory.folded(step, answer) for answer in step.answers)]
    return "\n\n".join(blocks) + "\n"


class Memory:
    """What everybody was asked last, by the first line of the question."""

    def __init__(self) -> None:
        self._asked: dict[tuple[str, str], list[str]] = {}

    def folded(self, step: Step, answer: str) -> str:
        lines, before = answer.split("\n"), self._recall(step, answer)
        asks = _question(lines)
        known = [
            n not in (asks - 1, asks) and len(lines) - n <= len(before) and line == before[n - len(lines)]
            for n, line in enumerate(lines)
        ]
        self._keep(step, answer)
        return "\n".join(_folds(lines, known))

    def unfolded(self, step: Step, block: str) -> str:
        before = self._recall(step, block)
        lines: list[str] = []
        for line in reversed(block.split("\n")):
            found = _FOLD.fullmatch(line)
            end = len(before) - len(lines)
            lines = [*(before[max(0, end - int(found[1])) : end] if found else [line]), *lines]
        answer = "\n".join(lines)
        self._keep(step, answer)
        return answer

    def _recall(self, step: Step, answer: str) -> list[str]:
        return self._asked.get(_asked(step, answer), [])

    def _keep(self, step: Step, answer: str) -> None:
        self._asked[_asked(step, answer)] = answer.split("\n")


def _asked(step: Step, answer: str) -> tuple[str, str]:
    """Who is asked, and the first line of what."""
    lines = answer.split("\n")
    reader = lines[0] if lines[0].startswith("| → ") else step.line.split()[1]
    return reader, lines[_question(lines)]


def _question(lines: list[str]) -> int:
    """Where the question begins: after the last empty line, so below a refusal."""
    return max((n + 1 for n, line in enumerate(lines) if line == "|"), default=0)


def _folds(lines: list[str], known: list[bool]) -> Iterator[str]:
    for is_known, run in groupby(zip(lines, known, strict=True), key=lambda pair: pair[1]):
        run_lines = [line for line, _known in run]
        yield from [f"| … {len(run_lines)}"] if is_known and len(run_lines) >= FOLDED_FROM else run_lines


def quoted(heard: Heard, language: str, to: str = "") -> str:
    """The block that stands for a message; `to` is empty for the person who did the step."""
    lines = [f"→ {to}"] if to else []
    if heard.form != "text":
        lines.append(ASIDES[language][heard.form].format(name=heard.name))
    lines += _CODE.sub(r"\1=…", heard.text).split("\n") if heard.text else []
    lines += [" ".join(f"[{label}]" for label in row) for row in heard.rows]
    return "\n".join(f"| {line}".rstrip() for line in lines)


def code_in(heard: Heard) -> str:
    """Of the invitation that somebody is given, which no two runs share; empty for none."""
    found = _CODE.search(heard.text)
    return found[2] if found else ""


def reader(step: Step, answer: str) -> str:
    """In whose chat an answer stands: that of who did the step, unless it names another."""
    first, doer = answer.partition("\n")[0], _DEED.fullmatch(step.line)
    return first.removeprefix("| → ") if first.startswith("| → ") or doer is None else doer[2]


def text_and_rows(answer: str) -> tuple[str, list[str]]:
    """A quoted message taken apart again: its words, and its rows of buttons."""
    lines = [line[2:] for line in answer.split("\n")]
    rows = [line for line in lines if line.startswith("[")]
    return "\n".join(line for line in lines if not line.startswith(("[", "→ "))), rows


def with_text(answer: str, text: str) -> str:
    """The quoted message with other words above its buttons."""
    lines = answer.split("\n")
    to = [line for line in lines[:1] if line.startswith("| → ")]
    said = [f"| {line}".rstrip() for line in text.split("\n")]
    return "\n".join([*to, *said, *(line for line in lines if line.startswith("| ["))])


def photos(what: str) -> tuple[int, str]:
    """How many photos are shown, and the words under the first. Raises Unwritten."""
    found = _PHOTOS.fullmatch(what)
    if found is None:
        raise Unwritten(what)
    return int(found[1] or 1), found[2] or ""


def pieces(deed: Deed, language: str) -> list[Deed]:
    """What is sent at once, `14 никой + 2 снимки + място`, one by one."""
    return [_piece(replace(deed, what=what), language) for what in deed.what.split(" + ")]


def _piece(deed: Deed, language: str) -> Deed:
    if deed.what in THINGS[language]:
        return replace(deed, verb="sends", what=THINGS[language][deed.what])
    return replace(deed, verb="shows" if _PHOTOS.fullmatch(deed.what) else "says")


def _long(what: str) -> str:
    """`(5000 × ъ)` is five thousand letters."""
    return _LONG.sub(lambda found: found[2] * int(found[1]), what)
