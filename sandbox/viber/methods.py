"""The methods of Viber's REST Bot API.

What a newcomer gets wrong: `set_webhook` calls the bot back before it answers, so the bot's server has to be up first.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import quote

from sandbox.viber.account import URI, Account
from sandbox.viber.courier import EVENT_TYPES, MANDATORY, Hook
from sandbox.viber.drafts import Draft, read_draft
from sandbox.viber.phone import ViberPhone
from sandbox.viber.statuses import API_VERSION_NOT_SUPPORTED, WEBHOOK_NOT_SET, Refusal, bad, missing

Json = dict[str, Any]
Method = Callable[[Account, Json], Awaitable[Json]]
RECEIVERS = 300
ASKED_AT_ONCE = 100


async def set_webhook(account: Account, body: Json) -> Json:
    url = body.get("url")
    if url is None:
        raise missing("url")
    if url == "":
        account.courier.unset()
        account.world.publish("viber:webhook", None, {"set": False})
        return {}
    if not isinstance(url, str) or not account.media.is_reachable(url):
        raise Refusal(1, "invalidUrl: https is needed; plain http is taken on this machine only")
    event_types = _event_types(body.get("event_types"))
    status = await account.courier.knock(url)
    if status != 200:
        raise Refusal(1, f"Result[HttpRequest[POST] > HttpResponse[{status or 'no answer'}]]")
    account.courier.set(Hook(url, event_types, bool(body.get("send_name")), bool(body.get("send_photo"))))
    account.world.publish("viber:webhook", None, {"set": True})
    return {"event_types": list(event_types)}


def _event_types(asked: Any) -> tuple[str, ...]:
    if asked is None:
        return EVENT_TYPES
    if not isinstance(asked, list):
        raise bad("event_types is no list")
    if unknown := [name for name in asked if name not in EVENT_TYPES]:
        raise bad(f"event_types has unknown ones: {unknown}")
    return tuple(name for name in EVENT_TYPES if name in MANDATORY or name in asked)


async def send_message(account: Account, body: Json) -> Json:
    _expect_webhook(account)
    if not body.get("receiver"):
        raise missing("receiver")
    draft = read_draft(body)
    phone = account.receiver(str(body["receiver"]))
    _expect_version(phone, draft)
    account.allowance.message(phone.id)
    token = account.courier.next_token()
    account.send(phone, draft, token)
    return {"message_token": token, "billing_status": account.allowance.billing(phone.id)}


async def broadcast_message(account: Account, body: Json) -> Json:
    _expect_webhook(account)
    receivers = body.get("broadcast_list")
    if receivers is None:
        raise missing("broadcast_list")
    if not isinstance(receivers, list) or not 0 < len(receivers) <= RECEIVERS:
        raise bad(f"broadcast_list is no list of 1 to {RECEIVERS} receivers")
    read_draft(body)
    account.allowance.broadcast()
    token = account.courier.next_token()
    failed = [refused for user_id in receivers if (refused := _broadcast_to(account, str(user_id), body, token))]
    billing = max((account.allowance.billing(str(user_id)) for user_id in receivers), default=0)
    return {"message_token": token, "failed_list": failed, "billing_status": billing}


def _broadcast_to(account: Account, user_id: str, body: Json, token: int) -> Json | None:
    try:
        phone = account.receiver(user_id)
        draft = read_draft(_filled_in(body, phone))
        _expect_version(phone, draft)
    except Refusal as refusal:
        # In the list the words are others than in an answer.
        words = {5: "Not found", 6: "Not subscribed"}.get(refusal.status, refusal.words)
        return {"receiver": user_id, "status": refusal.status, "status_message": words}
    account.send(phone, draft, token)
    return None


def _filled_in(body: Json, phone: ViberPhone) -> Json:
    """The message for one receiver, with what Viber puts in the place of its placeholders."""
    text = json.dumps({key: value for key, value in body.items() if key != "broadcast_list"}, ensure_ascii=False)
    for name, value in (
        ("replace_me_with_url_encoded_receiver_id", quote(phone.id, safe="")),
        ("replace_me_with_receiver_id", phone.id),
        ("replace_me_with_user_name", json.dumps(phone.name, ensure_ascii=False)[1:-1]),
    ):
        text = text.replace(name, value)
    filled: Json = json.loads(text)
    return filled


async def get_account_info(account: Account, body: Json) -> Json:
    hook = account.courier.hook
    return {
        "id": account.id,
        "name": account.name,
        "uri": URI,
        "icon": "https://media-direct.cdn.viber.example/icon.jpg",
        "background": "https://media-direct.cdn.viber.example/background.jpg",
        "category": "Education",
        "subcategory": "School",
        "location": {"lat": 43.8356, "lon": 25.9657},
        "country": "BG",
        "webhook": hook.url if hook else "",
        "event_types": list(hook.event_types) if hook else [],
        "subscribers_count": sum(phone.subscribed for phone in account.phones.values()),
        "members": [],
    }


async def get_user_details(account: Account, body: Json) -> Json:
    if not body.get("id"):
        raise missing("id")
    phone = account.receiver(str(body["id"]))
    account.allowance.details(phone.id)
    return {"message_token": account.courier.next_token(), "user": phone.details()}


async def get_online(account: Account, body: Json) -> Json:
    ids = body.get("ids")
    if ids is None:
        raise missing("ids")
    if not isinstance(ids, list) or not 0 < len(ids) <= ASKED_AT_ONCE:
        raise bad(f"ids is no list of 1 to {ASKED_AT_ONCE}")
    return {"users": [_online(account, str(user_id)) for user_id in ids]}


def _online(account: Account, user_id: str) -> Json:
    phone = account.phones.get(user_id)
    if phone is None or not phone.subscribed:
        return {"id": user_id, "online_status": 4, "online_status_message": "unavailable"}
    status = 0 if phone.online else 1
    return {"id": user_id, "online_status": status, "online_status_message": ("online", "offline")[status]}


def _expect_webhook(account: Account) -> None:
    if account.courier.hook is None:
        raise Refusal(WEBHOOK_NOT_SET)


def _expect_version(phone: ViberPhone, draft: Draft) -> None:
    if draft.level > phone.api_version:
        raise Refusal(API_VERSION_NOT_SUPPORTED)


METHODS: dict[str, Method] = {
    "set_webhook": set_webhook,
    "send_message": send_message,
    "broadcast_message": broadcast_message,
    "get_account_info": get_account_info,
    "get_user_details": get_user_details,
    "get_online": get_online,
}
