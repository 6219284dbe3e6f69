"""Several workers of one PostgreSQL, by themselves and beside each other."""
