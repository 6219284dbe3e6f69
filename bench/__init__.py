"""How fast, against a plain bot that asks the same questions."""
