"""What a person sends, from the one form that the JSON sides of both messengers take.

What a newcomer gets wrong: files come as multipart, everything else as JSON; one request is one thing sent.
"""

from __future__ import annotations

import base64
from collections.abc import Sequence
from typing import TYPE_CHECKING

from sandbox.errors import ApiError
from sandbox.messages import ChatMessage
from sandbox.params import Params
from sandbox.viber.messages import ViberMessage

if TYPE_CHECKING:
    from sandbox.people import Person
    from sandbox.viber.phone import ViberPhone

Sent = Sequence[ChatMessage | ViberMessage]


async def send(phone: Person | ViberPhone, form: Params) -> Sent:
    """Everything that people can do on either phone; the answer is what stands in their chat now."""
    caption = form.text("caption")
    values = form.values
    if form.files:
        photos = [u.data for key, u in form.files.items() if key.startswith("photo")]
        others = [u for key, u in form.files.items() if not key.startswith("photo")]
        shown = await phone.shows_photos(photos, caption) if photos else []
        return [*shown, *[await phone.sends_document(u.name, u.data, "" if photos else caption) for u in others]]
    if "photos" in values:
        return await phone.shows_album(int(values["photos"]), caption)
    if "photo_base64" in values:
        return [await phone.shows_photo(base64.b64decode(values["photo_base64"]), caption)]
    if "document" in values:
        document = values["document"]
        return [await phone.sends_document(document["name"], base64.b64decode(document["base64"]), caption)]
    if "location" in values:
        return [await phone.is_at(float(values["location"]["lat"]), float(values["location"]["lon"]))]
    if values.get("sticker"):
        return [await phone.sends_sticker()]
    if values.get("contact"):
        return [await phone.sends_contact()]
    if "start" in values:
        # On Viber nothing of one's own stands in the chat after opening it.
        opened = await phone.starts(form.text("start"))
        return [opened] if opened else []
    if not form.text("text").strip():
        raise ApiError(400, "there is nothing to send")
    return [await phone.says(form.text("text"))]
