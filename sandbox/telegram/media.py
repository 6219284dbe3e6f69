"""The Bot API methods for photos, documents, albums, places and downloads.

What a newcomer gets wrong: a file may be sent as bytes or by the `file_id` of an earlier one, and a bot
can download at most 20 MB.
"""

from __future__ import annotations

from typing import Any

from sandbox.errors import bad_request
from sandbox.files import DOWNLOAD_LIMIT, StoredFile
from sandbox.params import Params, Upload
from sandbox.telegram.sending import CAPTION_LIMIT, Desk, markup, reply_to, words

Json = dict[str, Any]
ALBUM = range(2, 11)


def _photo(desk: Desk, sent: Upload | str) -> Json:
    if isinstance(sent, Upload):
        sizes = desk.world.files.add_photo(sent.data)
        if sizes is None:
            raise bad_request("IMAGE_PROCESS_FAILED")
    else:
        sizes = [_known(desk, sent)]
    told = [{**size.telegram(), "width": size.width, "height": size.height} for size in sizes]
    return {"kind": "photo", "photo": sizes[-1], "payload": {"photo": told}}


def _document(desk: Desk, sent: Upload | str) -> Json:
    if isinstance(sent, Upload):
        stored = desk.world.files.add(sent.data, sent.name, sent.mime, "documents")
    else:
        stored = _known(desk, sent)
    told = {**stored.telegram(), "file_name": stored.name, "mime_type": stored.mime}
    return {"kind": "document", "document": stored, "payload": {"document": told}}


def _known(desk: Desk, file_id: str) -> StoredFile:
    if not file_id:
        raise bad_request("there is no file in the request")
    stored = desk.world.files.by_id(file_id)
    if stored is None:
        raise bad_request("wrong file identifier/HTTP URL specified")
    return stored


PARTS = {"photo": _photo, "document": _document}


def _send_file(desk: Desk, params: Params, kind: str) -> Json:
    chat = desk.world.chat_for_bot(params.chat_id)
    text, entities = words(params, "caption", CAPTION_LIMIT)
    keyboard = markup(desk, params)
    answered = reply_to(desk, chat, params)
    sent = params.upload(kind)
    desk.limits.spend(chat.id)
    part = PARTS[kind](desk, sent)
    part["payload"].update(answered)
    message = desk.world.add(chat, desk.world.bot, text=text, entities=entities, markup=keyboard, **part)
    return desk.world.tell(message)


def send_photo(desk: Desk, params: Params) -> Json:
    return _send_file(desk, params, "photo")


def send_document(desk: Desk, params: Params) -> Json:
    return _send_file(desk, params, "document")


def send_media_group(desk: Desk, params: Params) -> list[Json]:
    chat = desk.world.chat_for_bot(params.chat_id)
    media = params.decode("media")
    if not isinstance(media, list) or len(media) not in ALBUM:
        raise bad_request("wrong number of media in the album")
    ready = []
    for item in media:
        if item.get("type") not in PARTS:
            raise bad_request(f"type {item.get('type')} of media can't be used in an album")
        caption = Params({**item, "caption": item.get("caption", "")})
        ready.append((item["type"], params.upload("", item.get("media", "")), words(caption, "caption", CAPTION_LIMIT)))
    desk.limits.spend(chat.id, len(ready))
    answered = reply_to(desk, chat, params)
    group = {"media_group_id": str(13_500_000_000_000 + desk.world.last_seq)}
    told = []
    for kind, sent, (text, entities) in ready:
        part = PARTS[kind](desk, sent)
        part["payload"].update(group, **answered)
        told.append(desk.world.tell(desk.world.add(chat, desk.world.bot, text=text, entities=entities, **part)))
    return told


def send_location(desk: Desk, params: Params) -> Json:
    chat = desk.world.chat_for_bot(params.chat_id)
    place = (params.number("latitude"), params.number("longitude"))
    keyboard = markup(desk, params)
    desk.limits.spend(chat.id)
    payload = {"location": {"latitude": place[0], "longitude": place[1]}, **reply_to(desk, chat, params)}
    message = desk.world.add(chat, desk.world.bot, kind="location", location=place, markup=keyboard, payload=payload)
    return desk.world.tell(message)


def send_chat_action(desk: Desk, params: Params) -> bool:
    chat = desk.world.chat_for_bot(params.chat_id)
    action = params.text("action")
    if not action:
        raise bad_request("wrong parameter action in request")
    desk.world.publish("typing", chat.id, {"action": action})
    return True


def get_file(desk: Desk, params: Params) -> Json:
    stored = desk.world.files.by_id(params.text("file_id"))
    if stored is None:
        raise bad_request("wrong file_id or the file is temporarily unavailable")
    if len(stored.data) > DOWNLOAD_LIMIT:
        raise bad_request("file is too big")
    return {**stored.telegram(), "file_path": stored.path}


METHODS = {
    "sendphoto": send_photo,
    "senddocument": send_document,
    "sendmediagroup": send_media_group,
    "sendlocation": send_location,
    "sendchataction": send_chat_action,
    "getfile": get_file,
}
