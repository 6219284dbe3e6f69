"""A messenger on your own machine: the Telegram Bot API and Viber's REST Bot API, with people who can be driven.

What a newcomer gets wrong: this is no mock. The bot talks to it through sockets, exactly as it would talk to
Telegram and Viber; the people are driven from Python (`sandbox.world.person("Иван")` and its `.viber`), from JSON
(`sandbox/users.py`, `sandbox/viber/users.py`) or by hand on the page at `/`.
"""

from sandbox.clock import WorldClock
from sandbox.faults import Fault
from sandbox.messages import Button, ChatMessage, Toast
from sandbox.people import Group, Person
from sandbox.server import Call, Sandbox
from sandbox.viber.messages import ViberMessage
from sandbox.viber.phone import ViberPhone
from sandbox.world import World

__all__ = [
    "Button",
    "Call",
    "ChatMessage",
    "Fault",
    "Group",
    "Person",
    "Sandbox",
    "Toast",
    "ViberMessage",
    "ViberPhone",
    "World",
    "WorldClock",
]
