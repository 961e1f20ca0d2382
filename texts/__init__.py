"""Texts, whatever they say: finding words in them, and what differs between two."""
