"""Viber. `models`: what it tells us · `reading`: events in · `showing`, `keyboards`: messages as calls · `client`: the
REST calls · `api`: the channel · `updates`: its webhook · `files`: what we serve for its phones to fetch."""
