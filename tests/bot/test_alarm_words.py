"""Each alarm as whoever looks after the machine reads it, in both languages."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from handlers.engine.words import Words
from handlers.office.alarms import Alarm, written

NOW = datetime(2026, 11, 24, 8, 12, tzinfo=UTC)
MESSENGERS = ("token", "second", "silent", "outbox")
NAMES = (*(f"telegram.{kind}" for kind in MESSENGERS), "viber.silent", "inbox", "writing", "disk", "bot", "backup")


def said(language: str, *alarms: Alarm) -> list[str]:
    return written(alarms, Words(language, NOW.date())).splitlines()


def test_what_begins() -> None:
    begun = [Alarm(name, NOW - timedelta(minutes=10), NOW, count=21) for name in NAMES]
    assert said("bg", *begun) == [
        "Нещо не е наред с бота:",
        "08:02 (telegram.token) Telegram не приема токена на бота. Нищо не идва и нищо не излиза.",
        "08:02 (telegram.second) Друга програма взима съобщенията на бота от Telegram. Спрете я.",
        "08:02 (telegram.silent) От Telegram вече не се взимат съобщения.",
        "08:02 (telegram.outbox) 21 съобщения чакат да тръгнат към Telegram и не тръгват.",
        "08:02 (viber.silent) От Viber вече не се взимат съобщения.",
        "08:02 (inbox) 21 получени съобщения чакат да бъдат прочетени.",
        "08:02 (writing) В базата данни не може да се записва.",
        "08:02 (disk) Дискът е почти пълен: свободни са 21 MB.",
        "08:02 (bot) Ботът не отговаря.",
        "08:02 (backup) Последното резервно копие е отпреди 21 часа.",
    ]
    assert said("en", *begun)[1:4] == [
        "08:02 (telegram.token) Telegram does not accept the bot's token. Nothing comes and nothing goes.",
        "08:02 (telegram.second) Another program takes the bot's messages from Telegram. Stop it.",
        "08:02 (telegram.silent) Nothing is taken from Telegram any more.",
    ]


def test_one_message_alone_and_no_backup_at_all() -> None:
    yesterday = NOW - timedelta(days=1)
    one = [Alarm("inbox", yesterday, NOW, count=1), Alarm("viber.outbox", NOW, NOW, count=1), Alarm("backup", NOW, NOW)]
    assert said("bg", *one)[1:] == [
        "23.11, 08:12 (inbox) 1 получено съобщение чака да бъде прочетено.",
        "08:12 (viber.outbox) 1 съобщение чака да тръгне към Viber и не тръгва.",
        "08:12 (backup) Още няма резервно копие.",
    ]


def test_what_is_over_stands_below_what_begins() -> None:
    over = [Alarm(name, NOW - timedelta(minutes=10), NOW, until=NOW - timedelta(minutes=2)) for name in NAMES]
    assert said("bg", *over, Alarm("disk", NOW, NOW, count=3)) == [
        "Нещо не е наред с бота:",
        "08:12 (disk) Дискът е почти пълен: свободни са 3 MB.",
        "Отново е наред:",
        "08:02–08:10 (telegram.token) Telegram приема токена на бота.",
        "08:02–08:10 (telegram.second) Никой друг не взима съобщенията на бота.",
        "08:02–08:10 (telegram.silent) Съобщенията от Telegram отново се взимат.",
        "08:02–08:10 (telegram.outbox) Чакащото за Telegram е изпратено.",
        "08:02–08:10 (viber.silent) Съобщенията от Viber отново се взимат.",
        "08:02–08:10 (inbox) Полученото е прочетено.",
        "08:02–08:10 (writing) В базата данни отново се записва.",
        "08:02–08:10 (disk) На диска отново има място.",
        "08:02–08:10 (bot) Ботът отговаря.",
        "08:02–08:10 (backup) Има ново резервно копие.",
    ]
