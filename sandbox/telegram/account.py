"""The Bot API methods about the bot itself: who it is, its menu of commands, its descriptions.

What a newcomer gets wrong: commands are kept per language and scope; a person sees those of their own
language, and the ones without a language only when there are none.
"""

from __future__ import annotations

import json
import re
from typing import Any

from sandbox.errors import bad_request
from sandbox.params import Params
from sandbox.telegram.sending import Desk
from sandbox.world import World

Json = dict[str, Any]
_COMMAND = re.compile(r"^[a-z0-9_]{1,32}$")


def get_me(desk: Desk, params: Params) -> Json:
    return {
        **desk.world.bot,
        "can_join_groups": True,
        "can_read_all_group_messages": False,
        "supports_inline_queries": False,
    }


def get_chat(desk: Desk, params: Params) -> Json:
    chat = desk.world.chats.get(params.chat_id or 0)
    if chat is None:
        raise bad_request("chat not found")
    return {**chat.about, "accent_color_id": 0, "max_reaction_count": 11}


def _key(params: Params) -> tuple[str, str]:
    scope = params.decode("scope") or {"type": "default"}
    return json.dumps(scope, sort_keys=True), params.text("language_code")


def set_my_commands(desk: Desk, params: Params) -> bool:
    commands = params.decode("commands")
    if not isinstance(commands, list) or len(commands) > 100:
        raise bad_request("can't parse commands")
    for command in commands:
        if not _COMMAND.match(str(command.get("command", "")).removeprefix("/")):
            raise bad_request("BOT_COMMAND_INVALID")
        if not 1 <= len(str(command.get("description", ""))) <= 256:
            raise bad_request("BOT_COMMAND_DESCRIPTION_INVALID")
    desk.world.commands[_key(params)] = commands
    desk.world.publish("commands", None, {})
    return True


def get_my_commands(desk: Desk, params: Params) -> list[Json]:
    return desk.world.commands.get(_key(params), [])


def menu(world: World, language: str) -> list[Json]:
    """The commands that a person with this language finds in the menu."""
    for scope in ("all_private_chats", "default"):
        for code in (language, ""):
            found = world.commands.get((json.dumps({"type": scope}), code))
            if found:
                return found
    return []


def set_description(desk: Desk, params: Params) -> bool:
    return _describe(desk, params, "description", 512)


def set_short_description(desk: Desk, params: Params) -> bool:
    return _describe(desk, params, "short_description", 120)


def _describe(desk: Desk, params: Params, name: str, limit: int) -> bool:
    text = params.text(name)
    if len(text) > limit:
        raise bad_request(f"{name} is too long")
    desk.world.descriptions[name, params.text("language_code")] = text
    desk.world.publish("commands", None, {})
    return True


METHODS = {
    "getme": get_me,
    "getchat": get_chat,
    "setmycommands": set_my_commands,
    "getmycommands": get_my_commands,
    "setmydescription": set_description,
    "setmyshortdescription": set_short_description,
}
