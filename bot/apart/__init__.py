"""Work done in a process that ends: its memory goes with it, and what hangs or breaks holds up nobody."""
