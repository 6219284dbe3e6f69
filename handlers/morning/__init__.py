"""What is told unasked: in one message a morning to each person."""
