"""What the bot says and asks. Pure: a conversation is replayed from its journal and writes by returning."""
