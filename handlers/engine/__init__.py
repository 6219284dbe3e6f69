"""The engine of conversations: questions, views, words. It knows no case, no institution and no other room."""
