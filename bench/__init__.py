"""How fast: against a plain bot that asks the same questions, and in finding one case of very many."""
