"""Whether the bot does its work: what is measured, what is wrong by it, and who is told."""
