"""The Viber side of the messenger: REST Bot API, signed events to the webhook, people with Viber phones."""
