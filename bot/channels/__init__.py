"""One module a messenger, and what they share."""
