"""Tells the machine's service manager that we are ready, and that we live, if it has asked (sd_notify(3))."""

from __future__ import annotations

import os
import socket


def notify(state: str) -> None:
    """`READY=1`, `WATCHDOG=1`; nothing where nobody listens."""
    address = os.environ.get("NOTIFY_SOCKET", "")
    if not address:
        return
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as to:
        # "@" stands for the NUL of an abstract address.
        to.sendto(state.encode(), address.replace("@", "\0", 1) if address.startswith("@") else address)
