"""The configuration: what may stand in it, where the secrets come from, and every mistake told at once."""
