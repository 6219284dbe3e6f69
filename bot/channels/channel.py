"""What a messenger is to the bot: updates in, calls out, and what it means when a call goes wrong.

The stages (`receive`, `converse`, `deliver`) know only this; each messenger is a package beside this file.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum, auto
from typing import Any, Protocol

from aiohttp import web

from bot.logs import plain
from bot.pace import Pace
from handlers.engine.replies import Incoming
from handlers.engine.scene import Message
from handlers.engine.words import Words
from storage.outbox import Call, Due


@dataclass(frozen=True)
class Edited:
    """A message was changed after it was handled."""

    incoming: Incoming


@dataclass(frozen=True)
class Elsewhere:
    """A command in a group: only private chats are served. `command` is False for talk among people."""

    chat: str
    command: bool


@dataclass(frozen=True)
class Reach:
    """The person blocked the bot or took it back."""

    chat: str
    reachable: bool


@dataclass(frozen=True)
class Lost:
    """A message that the messenger had taken did not reach its phone; `message` is what `perform` returned for it."""

    message: str
    why: str


@dataclass(frozen=True)
class Unknown:
    """A kind of update we do not know; it is kept in the inbox and answered by nothing."""


Event = Incoming | Edited | Elsewhere | Reach | Lost | Unknown


class Meaning(Enum):
    """What follows from a call that went wrong; decided once, by the channel, for every error it knows."""

    WAIT = auto()
    """Too fast for this chat: nothing more to it for `seconds`; the others go on."""
    RETRY = auto()
    """The messenger was not reached or broke: the same call again, later and later."""
    UNCERTAIN = auto()
    """It may have been delivered, and nobody can tell."""
    DONE = auto()
    """What was wanted is already so."""
    GONE = auto()
    """The message to change is no longer there: say it anew."""
    UNREACHABLE = auto()
    """This person blocked the bot or left: their coordinator is told."""
    CLOSED = auto()
    """The messenger lets us do nothing at all until somebody mends it: everything waits, the operator is told."""
    UNPAID = auto()
    """There is no money for this message: it waits for `seconds`, or another way is found for it."""
    REFUSED = auto()
    """The call itself is wrong: trying again would change nothing."""


FOR_GOOD = (Meaning.GONE, Meaning.REFUSED)
"""A file that could not be fetched for one of these will never be."""


class Trouble(Exception):
    """A call went wrong; the message is for the operator and holds nothing that a person wrote."""

    def __init__(self, meaning: Meaning, said: str, seconds: float = 0, *, for_good: bool = False) -> None:
        super().__init__(plain(said))
        self.meaning = meaning
        self.seconds = seconds
        self.for_good = for_good
        """Of somebody who is not reached: the account itself is gone."""


@dataclass(frozen=True)
class Sent:
    """`message` is the id of the message that came of a call, or empty; `charged` when it cost money."""

    message: str = ""
    charged: bool = False


class Channel(Protocol):
    """One messenger. `name` stands in the rows of inbox, outbox and identities."""

    name: str
    pace: Pace
    """Times are on the clock of `time.monotonic`."""
    one_keyboard: bool
    """Buttons belong to the chat, not to a message: each message takes those of the one before away."""
    charges: bool
    """What the bot begins outside of a session costs money (`casework.ways`)."""
    waits: timedelta
    """So long the messenger keeps for us what we do not take."""
    opens_chats: bool
    """A button can open a chat with somebody whom it knows."""
    keeps_files: bool
    """What people sent can still be fetched days later; else it is fetched when it arrives."""

    def read(self, raw: dict[str, Any], received_at: datetime) -> tuple[Event, datetime]:
        """What happened and when it was sent. Raises anything on nonsense: the row is then tried again, set aside."""
        ...

    def calls(self, told: Message, chat: str, words: Words, *, tapped: str, priority: int, at: datetime) -> list[Call]:
        """The calls that show one message; `tapped` is the message whose button asked for it, or empty."""
        ...

    async def perform(self, due: Due) -> Sent:
        """Makes the call. Raises Trouble, and nothing else."""
        ...

    async def door(self, code: str) -> str:
        """The link by which somebody comes in with `code`. Raises Trouble."""
        ...

    async def fetch(self, file: str) -> bytes:
        """What a person sent. Raises Trouble: what is in `FOR_GOOD` stays so, anything else may pass."""
        ...

    def withdrawal(self, chat: str, message: str) -> list[Call]:
        """Takes a message of the person out of the chat; empty where the messenger allows nobody to."""
        ...


class Source(Protocol):
    """Where the updates of a messenger come from."""

    def routes(self) -> list[web.RouteDef]:
        """What the bot's own server answers for it."""
        ...

    async def run(self) -> None:
        """For ever, or until there is nothing more to do; the server is up."""
        ...
