"""The Bot API side of the messenger: methods, limits, the queue of updates and the webhook."""
