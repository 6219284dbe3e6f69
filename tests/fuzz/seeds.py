"""What people and messengers really send: the fuzzer begins with these and makes them worse."""

from __future__ import annotations

from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import ZipFile

from PIL import Image

from bot.commands import archive
from tests.imports.books import CHILD, HEADER, TEAMS, at_risk, book, child

HOUSE = Path(__file__).parents[2]
Json = dict[str, Any]
TEXTS = (
    "14 никой", "бя14 обещание 3.12 чака документи", "БЯ-014", "BЯ 14 отказ", "№ 14", "на БЯ-014 няма никой", "утре",
    "след 7 дни", "3.12", "29 февруари 2028 г.", "в петък", "следващия понеделник", "14:30", "14.30ч", "2pm",
    "ул. Дунав 14", "4ervena voda", "6umen", "Dryanovec", "снимките на бележката", "8001010008", "801231 1001",
    "1234 5678",
    "/start abcdefghijklmnopqrstuv", "/menu@the_bot", "/report 14", "Назад", "Пропусни", "Madrid", "europe/sofia",
    "12,5",
)  # fmt: skip
DATA = (
    "go.card.1", "go.report.3", "go.list.o12.0.261124", "go.forms.t1.2026-11-24", "visit.outcome.O20",
    "visit.next.2026-12-03", "go.late.1.2026-11-24.L20", "go.place.1.1.o1.0.", "go.staff.release.2", "go.season.2026",
    "go.help_more.1", "go.cases.0",
)  # fmt: skip
AT = 1_795_507_200
MILA: Json = {"id": 800_001, "is_bot": False, "first_name": "Мила", "last_name": "Петрова", "language_code": "bg"}
CHAT: Json = {"id": 800_001, "type": "private", "first_name": "Мила"}


def _message(**more: Any) -> Json:
    return {"message_id": 7, "date": AT, "chat": CHAT, "from": MILA, **more}


_PHOTO = {"file_id": "f", "file_unique_id": "u", "width": 9, "height": 9, "file_size": 900}
_BOT = {"id": 111, "is_bot": True, "first_name": "Bot"}
TELEGRAM: tuple[Json, ...] = tuple(
    {"update_id": 10, **one}
    for one in (
        {"message": _message(text="14 никой", entities=[{"type": "bold", "offset": 0, "length": 2}])},
        {"edited_message": _message(text="/report 14", edit_date=AT)},
        {"message": _message(photo=[_PHOTO, _PHOTO], caption="врата", media_group_id="9")},
        {"message": _message(document={"file_id": "f", "file_unique_id": "u", "file_name": "a.xlsx", "file_size": 9})},
        {"message": _message(location={"latitude": 43.6, "longitude": 25.7})},
        {"message": _message(text="x", forward_origin={"type": "user", "date": AT, "sender_user": MILA})},
        {"message": _message(sticker={"file_id": "f", "file_unique_id": "u", "width": 1, "height": 1, "type": "regular",
                                      "is_animated": False, "is_video": False})},
        {"callback_query": {"id": "1", "from": MILA, "chat_instance": "1", "data": "go.card.1",
                            "message": _message(text="x")}},
        {"my_chat_member": {"chat": CHAT, "from": MILA, "date": AT,
                            "old_chat_member": {"user": _BOT, "status": "member"},
                            "new_chat_member": {"user": _BOT, "status": "kicked", "until_date": 0}}},
    )
)  # fmt: skip
_SENDER = {"id": "01234567890A=", "name": "Мила", "language": "bg-BG", "country": "BG", "api_version": 10}
VIBER: tuple[Json, ...] = tuple(
    {"timestamp": AT * 1000, "message_token": 4912661846655238145, **one}
    for one in (
        {"event": "message", "sender": _SENDER, "message": {"type": "text", "text": "14 никой"}},
        {"event": "message", "sender": _SENDER, "message": {"type": "text", "text": "›go.card.1"}},
        {"event": "message", "sender": _SENDER,
         "message": {"type": "location", "location": {"lat": 43.6, "lon": 25.7}}},
        {"event": "message", "sender": _SENDER,
         "message": {"type": "picture", "media": "https://dl.viber.com/a.jpg", "file_name": "a.jpg", "text": "врата"}},
        {"event": "message", "sender": _SENDER,
         "message": {"type": "file", "media": "https://dl.viber.com/a", "file_name": "a.xlsx", "size": 900}},
        {"event": "subscribed", "user": _SENDER},
        {"event": "unsubscribed", "user_id": "01234567890A="},
        {"event": "failed", "user_id": "01234567890A=", "desc": "not found"},
        {"event": "conversation_started", "type": "open", "context": "abcdefgh", "user": _SENDER, "subscribed": False},
        {"event": "webhook"},
    )
)  # fmt: skip
ADDRESSES = (
    "https://dl-media.viber.com/1/share/2/long/picture.jpg?a=1#b", "http://127.0.0.1:8080/x", "https://[::1]/", "http://0x7f.1/",
    "http://[::ffff:10.0.0.1]/x", "https://пример.бг/снимка.jpg", "https://user:pass@host:99999/", "file:///etc/passwd",
)  # fmt: skip


@cache
def books() -> tuple[bytes, ...]:
    def merge(sheet: Any) -> None:
        sheet.merge_cells("A2:C3")

    return (book(HEADER, CHILD, child(2)), at_risk(), book(HEADER, CHILD, ["=1+1", 2.5, True], change=merge))


def tables() -> tuple[bytes, ...]:
    line = ";".join(map(str, CHILD))
    cases = f"{';'.join(HEADER)}\n{line}\n{line}\n"
    return (
        TEAMS,
        cases.encode(),
        cases.encode("utf-16"),
        cases.encode("cp1251"),
        b"\xef\xbb\xbf" + cases.replace(";", "\t").encode(),
    )


@cache
def pictures(kind: str) -> tuple[bytes, ...]:
    """Small ones, of each way in which a JPEG, PNG or WEBP keeps its pixels; with a turned camera and a comment."""
    about = Image.Exif()
    about[0x0112], about[0x010F] = 6, "Telephone"
    made = []
    for mode, more in (
        ("RGB", {}),
        ("L", {}),
        ("RGBA", {}),
        ("P", {}),
        ("RGB", {"progressive": True, "lossless": True}),
    ):
        if kind == "JPEG" and mode in ("RGBA", "P"):
            continue
        picture, file = Image.radial_gradient("L").resize((40, 30)).convert(mode), BytesIO()
        picture.save(file, kind, exif=about, **more)
        made.append(file.getvalue())
    return tuple(made)


@cache
def config() -> str:
    return (HOUSE / "config.example.toml").read_text("utf-8")


@cache
def catalogue() -> str:
    return (HOUSE / "casework" / "catalogue.toml").read_text("utf-8")


@cache
def backup() -> bytes:
    """A whole one, of a small database with one photo."""
    import sqlite3
    import tempfile
    from contextlib import closing
    from datetime import UTC, datetime

    with tempfile.TemporaryDirectory() as folder:
        file, database = Path(folder, "b.zip"), Path(folder, "db")
        with closing(sqlite3.connect(database)) as made:
            made.executescript(
                "CREATE TABLE media (stored_as TEXT); INSERT INTO media VALUES ('x'); PRAGMA user_version = 3"
            )
        about = archive.About(
            obhvat="0.1.0", revision="0017", made_at=datetime(2026, 11, 24, tzinfo=UTC), living=True, key="00ff"
        )
        with archive.writing(file) as into:
            into.add_database(database)
            into.add_photo(f"{'0a' * 32}.jpg", pictures("JPEG")[0])
            into.add_about(about)
        return file.read_bytes()


def names_in(content: bytes) -> list[str]:
    with ZipFile(BytesIO(content)) as file:
        return file.namelist()
