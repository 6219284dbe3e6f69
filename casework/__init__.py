"""The rules of the work: pure data in, pure data out. No clock, no network, no files but the catalogue."""
