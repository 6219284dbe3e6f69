"""A visit is reported: question by question, from a line, or sorted from a pile; and what becomes of it."""
