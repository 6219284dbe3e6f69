"""What whoever looks after the machine is told: what is wrong with the bot, once, and once that it is over."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from handlers.engine.words import Joined, Text, Words, _, counted
from handlers.people.link import MESSENGERS


@dataclass(frozen=True)
class Alarm:
    """`what` is its name (`bot.watch.judge`), the times local; `until` is None while it lasts."""

    what: str
    since: datetime
    now: datetime
    until: datetime | None = None
    count: int = 0


def written(alarms: Sequence[Alarm], words: Words) -> str:
    """One message: first what has begun, then what is over."""
    begun = [one for one in alarms if one.until is None]
    over = [one for one in alarms if one.until is not None]
    lines: list[Text] = []
    if begun:
        lines += [_("Something is wrong with the bot:"), *(_begun(one) for one in begun)]
    if over:
        lines += [_("In order again:"), *(_over(one) for one in over)]
    return "\n".join(words.say(line) for line in lines)


def trial() -> Text:
    return _("This is a trial: alarms of the bot come here.")


def _begun(one: Alarm) -> Text:
    return Joined((_hour(one.since, one.now), f"({one.what})", _said(one)), between=" ")


def _over(one: Alarm) -> Text:
    lasted = f"{_hour(one.since, one.now)}–{_hour(one.until or one.now, one.now)}"
    return Joined((lasted, f"({one.what})", _mended(one.what)), between=" ")


def _hour(moment: datetime, now: datetime) -> str:
    return f"{moment:%H:%M}" if moment.date() == now.date() else f"{moment:%d.%m, %H:%M}"


def _said(one: Alarm) -> Text:
    channel, _dot, kind = one.what.rpartition(".")
    messenger = MESSENGERS.get(channel, "")
    count = str(one.count)
    match kind:
        case "token":
            return _(
                "{messenger} does not accept the bot's token. Nothing comes and nothing goes.", messenger=messenger
            )
        case "second":
            return _("Another program takes the bot's messages from {messenger}. Stop it.", messenger=messenger)
        case "silent":
            return _("Nothing is taken from {messenger} any more.", messenger=messenger)
        case "outbox":
            return counted(
                "{count} message waits to go to {messenger} and does not.",
                "{count} messages wait to go to {messenger} and do not.",
                one.count,
                messenger=messenger,
            )
        case "inbox":
            return counted(
                "{count} message that came waits to be read.", "{count} messages that came wait to be read.", one.count
            )
        case "writing":
            return _("Nothing can be written to the database.")
        case "disk":
            return _("The disk is nearly full: {count} MB are free.", count=count)
        case "photos":
            return _("Photos cannot be kept. They are fetched again.")
        case "bot":
            return _("The bot does not answer.")
    return _("There is no backup yet.") if not one.count else _("The last backup is {count} hours old.", count=count)


def _mended(what: str) -> Text:
    channel, _dot, kind = what.rpartition(".")
    messenger = MESSENGERS.get(channel, "")
    match kind:
        case "token":
            return _("{messenger} accepts the bot's token.", messenger=messenger)
        case "second":
            return _("Nobody else takes the bot's messages.")
        case "silent":
            return _("Messages are taken from {messenger}.", messenger=messenger)
        case "outbox":
            return _("What waited for {messenger} has gone.", messenger=messenger)
        case "inbox":
            return _("What came has been read.")
        case "writing":
            return _("The database can be written to.")
        case "disk":
            return _("There is room on the disk.")
        case "photos":
            return _("Photos are kept again.")
        case "bot":
            return _("The bot answers.")
    return _("There is a new backup.")
