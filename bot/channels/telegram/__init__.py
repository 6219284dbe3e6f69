"""Telegram. `reading`: updates in · `showing`: messages as calls · `api`: the calls · `updates`: polling, webhook."""
