"""Cases as those who have them see them: found, listed, put off, decided, given and handed over."""
